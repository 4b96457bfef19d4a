// The results as a summary and one card for each document.
import words from "mydata:words";
import { closedFacts, factsOf, registriesOf } from "./facts.js";
import { byId, element, state, translate } from "./state.js";
import { withTimes, zoneText } from "./times.js";

/** @import { Standing, Step, Verdict } from "./documents" */
/** @import { Outcome } from "./state.js" */
const MAX_CARDS = 100, MAX_SETS = 5, MAX_OPEN = 3;
/** @type {Standing[]} */
const WORST_FIRST = ["invalid", "unknown", "revoked", "superseded", "withdrawn", "expired", "permitted_then", "valid"];
/** @type {Record<Standing, string>} */
const ICONS = { valid: "✓", revoked: "⊘", withdrawn: "⊘", superseded: "⊘", expired: "⌛", permitted_then: "✓", unknown: "?", invalid: "✗" };
const progressBar = /** @type {HTMLProgressElement} */ (byId("progress"));

/** Show how many of the documents are checked; the bar only for many. @type {(done: number, count: number, many: boolean) => void} */
export function showProgress(done, count, many) {
  byId("found").hidden = false;
  byId("found").setAttribute("aria-busy", "true");
  progressBar.hidden = !many;
  progressBar.value = done / count;
  byId("summary").textContent = translate(words.page.checking, { done, count });
}

/** Show every outcome, the worst first. */
export function showAll() {
  const outcomes = [...state.outcomes].sort((a, b) => rank(a) - rank(b));
  byId("found").hidden = !outcomes.length;
  byId("found").removeAttribute("aria-busy");
  progressBar.hidden = true;
  byId("again").hidden = !state.files.length;
  const open = outcomes.length <= MAX_OPEN;
  const cards = outcomes.slice(0, MAX_CARDS).map((outcome) => card(outcome, open));
  byId("cards").replaceChildren(...(open ? [] : [element("div", { className: "panel" }, ...registrySets(outcomes))]), ...cards);
  if (outcomes.length > MAX_CARDS) {
    byId("cards").append(element("p", { className: "help", text: translate(words.page.more, { count: outcomes.length - MAX_CARDS }) }));
  }
  byId("summary").textContent = summary(outcomes);
  byId("zone").textContent = outcomes.length ? zoneText() : "";
}

/** @type {(outcome: Outcome) => number} */
const rank = ({ verdict }) => WORST_FIRST.indexOf(verdict.standing);

/** @type {(outcomes: Outcome[]) => string} */
function summary(outcomes) {
  if (outcomes.length === 1) {
    const [{ verdict }] = outcomes;
    return `${resultOf(verdict)} — ${translate(words.page.meaning[verdict.standing])}`;
  }
  const counts = WORST_FIRST.map((result) => ({ result, count: outcomes.filter(({ verdict }) => verdict.standing === result).length }));
  const parts = counts.filter(({ count }) => count).map(({ result, count }) => translate(words.page.counted_part, { count, result: translate(words.results[result]) }));
  return translate(words.page.counted, { count: outcomes.length, parts: parts.join(", ") });
}

/** @type {(verdict: Verdict) => string} */
const resultOf = (verdict) => translate(words.results[verdict.standing]);

/** @type {(outcome: Outcome, open: boolean) => HTMLElement} */
function card({ name, document: proof, verdict }, open) {
  const kind = proof && translate(words.kinds[proof.disclosure ? "Disclosure" : proof.kind]);
  const badge = element("p", { className: "badge" }, element("span", { text: ICONS[verdict.standing], "aria-hidden": "true" }), element("strong", { text: resultOf(verdict) }));
  const head = element("div", { className: "head" }, badge, element("h3", {}, ...(kind ? [kind, " "] : []), element("small", { text: name })), element("p", { className: "meaning", text: translate(words.page.meaning[verdict.standing]) }));
  const article = element("article", { className: `card ${verdict.result}`, "data-result": verdict.result, "data-standing": verdict.standing }, head, checksOf(verdict, open));
  if (proof) article.append(...(open ? [...factsOf(proof, verdict), registriesOf(proof)] : [closedFacts(proof, verdict)]));
  return article;
}

/** Each different set of contracts that the documents name, once. @type {(outcomes: Outcome[]) => HTMLElement[]} */
function registrySets(outcomes) {
  const documents = outcomes.flatMap((outcome) => outcome.document ?? []);
  const sets = new Map(documents.map((proof) => [[proof.domain.chainId, ...proof.registries].join(), proof]));
  return [...sets.values()].slice(0, MAX_SETS).map(registriesOf);
}

/** @type {(verdict: Verdict, open: boolean) => HTMLElement} */
function checksOf(verdict, open) {
  const list = element("ol", { className: "checks" }, ...verdict.steps.map((step) => stepView(step, verdict)));
  const details = /** @type {HTMLDetailsElement} */ (element("details", {}, element("summary", { text: translate(words.page.checks) }), list));
  details.open = open || verdict.result !== "valid";
  return details;
}

/** Icon and word of a check: what is genuine and has ended did not fail. @type {(held: boolean | null, verdict: Verdict) => [icon: string, name: "open" | "held" | "ended" | "failed"]} */
function markOf(held, { result, standing }) {
  if (held === null) return ["?", "open"];
  if (held || standing === "permitted_then") return ["✓", "held"];
  return result === "invalid" ? ["✗", "failed"] : ["⊘", "ended"];
}

/** @type {(step: Step, verdict: Verdict) => HTMLElement} */
function stepView({ number, code, values, held }, verdict) {
  const [icon, name] = markOf(held, verdict);
  const filled = { ...withTimes(values), kind: values.kind && translate(words.kinds[values.kind]) };
  const mark = element("span", { className: "mark", "aria-hidden": "true", text: icon });
  const hidden = element("span", { className: "unseen", text: `${translate(words.page[name])}: ` });
  const text = element("span", { text: translate(words.said[code], filled) });
  return element("li", { value: number, className: name, "data-code": code }, mark, element("span", { className: "number", "aria-hidden": "true", text: number }), element("span", { className: "text" }, hidden, text));
}
