// Grants as clauses of a sentence: grants that differ in their categories only are said together.

/** @import { Grant } from "../answers" */
/** @type {(grant: Grant) => string} */
const termsOf = ({ categories: _, purposes, actions, records, conditions, ...rest }) =>
  JSON.stringify([Object.entries(rest).sort(), ...[purposes, actions, records, conditions].map((list) => [...list].sort())]);

/** The clauses, permits first. @type {(grants: Grant[]) => Grant[]} */
export function clausesOf(grants) {
  /** @type {Map<string, Grant>} */
  const clauses = new Map();
  for (const grant of grants) {
    const terms = termsOf(grant), earlier = clauses.get(terms);
    clauses.set(terms, { ...grant, categories: [...new Set([...(earlier?.categories ?? []), ...grant.categories])] });
  }
  return ["permit", "forbid"].flatMap((effect) => [...clauses.values()].filter((clause) => clause.effect === effect));
}

/** Every category of the grants, each once. @type {(grants: Pick<Grant, "categories">[]) => string[]} */
export const categoriesOf = (grants) => [...new Set(grants.flatMap(({ categories }) => categories))];

/** True if a category is another one or lies above it. @type {(above: string, below: string) => boolean} */
export const covers = (above, below) => above === "*" || above === below || below.startsWith(`${above}.`);
