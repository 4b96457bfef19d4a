// The names of categories and purposes, what lies above what, and which categories are sensitive.
import { get } from "./api.js";
import { language, lookUp, timeText, translate } from "./words.js";

/** @import { Vocabulary, Whole } from "./answers" */
/** @type {Vocabulary} */
let vocabulary = { categories: {}, purposes: {}, emergency: { urgent: [], further: [], since: 0 }, sensitivity: { kinds: {}, categories: {} } };

/** Load the names of categories and purposes. */
export async function loadVocabulary() {
  setVocabulary(await get("/vocabulary"));
}

/** Take the names from a vocabulary that is there. @type {(loaded: Vocabulary) => void} */
export function setVocabulary(loaded) {
  vocabulary = loaded;
}

/** @type {(term: { label: string, label_ko: string } | undefined, code: string) => string} */
const labelOf = (term, code) => (term ? (language === "ko" ? term.label_ko : term.label) : code);
/** @type {(code: string, kind: "categories" | "purposes") => string} */
const label = (code, kind) => (code === "*" ? translate("everything") : labelOf(lookUp(vocabulary[kind], code), code));

/** The name of a category. @type {(code: string) => string} */
export const categoryOf = (code) => label(code, "categories");

/** The name of a purpose. @type {(code: string) => string} */
export const purposeOf = (code) => label(code, "purposes");

/** The codes of categories above which there is no other. @type {() => string[]} */
export function topCategories() {
  const codes = Object.keys(vocabulary.categories);
  return codes.filter((code) => !codes.some((above) => code.startsWith(`${above}.`)));
}

/** The codes of all purposes. @type {() => string[]} */
export const purposes = () => Object.keys(vocabulary.purposes);

/** The codes of all categories or purposes, each category behind the one above it. @type {(kind: "categories" | "purposes") => string[]} */
export const allTerms = (kind) => Object.keys(vocabulary[kind]).sort();

/** The purpose and every purpose above it. @type {(code: string) => string[]} */
export function purposesAbove(code) {
  const above = lookUp(vocabulary.purposes, code)?.above;
  return [code, ...(above ? purposesAbove(above) : [])];
}

/** True if a purpose is another one or lies above it. @type {(above: string, below: string) => boolean} */
export const coversPurpose = (above, below) => above === "*" || purposesAbove(below).includes(above);

/** What records of a category may reveal, by the names of its kinds; none for a category that is not marked. @type {(code: string) => string[]} */
export function sensitivityOf(code) {
  const { kinds, categories } = vocabulary.sensitivity;
  const marked = Object.keys(categories).filter((one) => code === "*" || one === code || one.startsWith(`${code}.`) || code.startsWith(`${one}.`));
  return [...new Set(marked.flatMap((one) => categories[one]))].map((kind) => labelOf(lookUp(kinds, kind), kind));
}

/** What an emergency crew may read without consent. @type {(declaredAt: number, until: Whole, extended: boolean) => string} */
export function reachOf(declaredAt, until, extended) {
  const { since } = vocabulary.emergency;
  if (declaredAt < since) return translate("reachedAll", { until: timeText(Math.min(Number(until), since)) });
  return translate("reaches", { until: timeText(until), categories: widestReach(extended).map(categoryOf).join(", ") });
}

/** The place of a category among those that are urgent in an emergency; behind all of them for others. @type {(code: string) => number} */
export function urgencyOf(code) {
  const { urgent } = vocabulary.emergency, place = urgent.findIndex((above) => code === above || code.startsWith(`${above}.`));
  return place < 0 ? urgent.length : place;
}

/** The categories that an emergency, or an extended one, reaches now, without those below another one. @type {(extended: boolean) => string[]} */
export function widestReach(extended) {
  const { urgent, further } = vocabulary.emergency, all = extended ? [...urgent, ...further] : urgent;
  return all.filter((category) => !all.some((above) => category.startsWith(`${above}.`)));
}
