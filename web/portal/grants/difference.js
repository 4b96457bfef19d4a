// What of a request was granted, computed from the consent that was signed and from nothing else.
import { coversPurpose } from "../vocabulary.js";
import { covers } from "./clauses.js";
import { latestEnd } from "./terms.js";

/** @import { Grant, Whole } from "../answers" */
/** One asked term: granted as asked, in part, or not. @typedef {{ code: string, answer: "yes" | "part" | "no" }} Line */
/**
 * The answer to one asked grant. `until` is set where permission ends earlier than asked, `records` and `period` where only such records are permitted,
 * `conditions` where further ones hold.
 * @typedef {{ categories: Line[], purposes: Line[], actions: Line[], until?: Whole, records?: number, period?: Pick<Grant, "dataFrom" | "dataUntil">, conditions: string[] }} Answer
 */

/** @type {(grant: Grant, category: string, purpose: string, action: string) => boolean} */
const reaches = (grant, category, purpose, action) =>
  grant.categories.some((one) => covers(one, category)) && grant.purposes.some((one) => coversPurpose(one, purpose)) && grant.actions.includes(action);

/** True if two terms have something in common. @type {(grant: Grant, category: string, purpose: string, action: string) => boolean} */
const touches = (grant, category, purpose, action) =>
  grant.categories.some((one) => covers(one, category) || covers(category, one)) &&
  grant.purposes.some((one) => coversPurpose(one, purpose) || coversPurpose(purpose, one)) && grant.actions.includes(action);

/** What the signed grants give of an asked one. @type {(asked: Grant, signed: Grant[]) => Answer} */
export function answerTo(asked, signed) {
  const permits = signed.filter(({ effect }) => effect === "permit"), forbids = signed.filter(({ effect }) => effect === "forbid");
  const cells = asked.categories.flatMap((category) => asked.purposes.flatMap((purpose) => asked.actions.map((action) => ({ category, purpose, action, answer: answerOf(permits, forbids, category, purpose, action) }))));
  const used = permits.filter((grant) => cells.some(({ category, purpose, action }) => touches(grant, category, purpose, action)));
  return { ...linesOf(asked, cells), ...boundsOf(asked, used) };
}

/** @type {(permits: Grant[], forbids: Grant[], category: string, purpose: string, action: string) => Line["answer"]} */
function answerOf(permits, forbids, category, purpose, action) {
  const isPermitted = permits.some((grant) => reaches(grant, category, purpose, action)), isTouched = permits.some((grant) => touches(grant, category, purpose, action));
  if (!isTouched || forbids.some((grant) => isWhole(grant) && reaches(grant, category, purpose, action))) return "no";
  return isPermitted && !forbids.some((grant) => touches(grant, category, purpose, action)) ? "yes" : "part";
}

/** @type {(grant: Grant) => boolean} */
const isWhole = ({ records, dataFrom, dataUntil }) => !records.length && !Number(dataFrom) && !Number(dataUntil);

/** @typedef {{ category: string, purpose: string, action: string, answer: Line["answer"] }} Cell */
/** A purpose or action that is refused for every category is said once; it makes no category a part. @type {(asked: Grant, cells: Cell[]) => Pick<Answer, "categories" | "purposes" | "actions">} */
function linesOf(asked, cells) {
  const given = cells.filter(({ answer }) => answer !== "no"), has = (/** @type {keyof Cell} */ member, /** @type {string} */ code) => given.some((cell) => cell[member] === code);
  const purposes = asked.purposes.map((code) => ({ code, answer: lineOf(cells.filter(({ purpose, category, action }) => purpose === code && has("category", category) && has("action", action))) }));
  const actions = asked.actions.map((code) => ({ code, answer: lineOf(cells.filter(({ action, category, purpose }) => action === code && has("category", category) && has("purpose", purpose))) }));
  const categories = asked.categories.map((code) => ({ code, answer: lineOf(cells.filter(({ category, purpose, action }) => category === code && (!given.length || (has("purpose", purpose) && has("action", action))))) }));
  return { categories, purposes, actions };
}

/** @type {(cells: Cell[]) => Line["answer"]} */
function lineOf(cells) {
  const answers = new Set(cells.map(({ answer }) => answer));
  return !cells.length || (answers.size === 1 && answers.has("no")) ? "no" : answers.size === 1 && answers.has("yes") ? "yes" : "part";
}

/** @type {(asked: Grant, used: Grant[]) => Pick<Answer, "until" | "records" | "period" | "conditions">} */
function boundsOf(asked, used) {
  if (!used.length) return { conditions: [] };
  const end = latestEnd(used), records = new Set(used.flatMap((grant) => grant.records)).size;
  const from = Math.min(...used.map(({ dataFrom }) => Number(dataFrom))), to = used.some(({ dataUntil }) => !Number(dataUntil)) ? 0 : Math.max(...used.map(({ dataUntil }) => Number(dataUntil)));
  const isShorter = from > Number(asked.dataFrom) || (to && (!Number(asked.dataUntil) || to < Number(asked.dataUntil)));
  return {
    until: BigInt(end) < BigInt(asked.expires) ? end : undefined,
    records: used.every((grant) => grant.records.length) && records < (asked.records.length || Infinity) ? records : undefined,
    period: isShorter ? { dataFrom: from, dataUntil: to } : undefined,
    conditions: used[0].conditions.filter((text) => used.every(({ conditions }) => conditions.includes(text)) && !asked.conditions.includes(text)),
  };
}

/** True if a request was not granted whole. @type {(answer: Answer) => boolean} */
export const isNarrower = ({ categories, purposes, actions, until, records, period, conditions }) =>
  [...categories, ...purposes, ...actions].some(({ answer }) => answer !== "yes") || Boolean(until ?? records ?? period) || conditions.length > 0;
