// What kind of grant it is, and its form for the API.
/** @import { Grant, Whole } from "../answers" */
/** `expires` of a grant without an end, as the API writes it. */
export const NEVER = String(2n ** 63n - 1n);
/** Every action, in the order of the API. */
export const ACTIONS = ["compute", "contact", "copy", "link", "publish", "transfer", "view"];

/** The grant in the form that the API takes. @type {(grant: Grant) => object} */
export function apiForm({ notBefore, dataFrom, dataUntil, ...rest }) {
  return { ...rest, not_before: notBefore, data_from: dataFrom, data_until: dataUntil };
}

/** A grant with the terms given, and no bounds beside them. @type {(terms: Partial<Grant>) => Grant} */
export const grantOf = (terms) => ({ effect: "permit", categories: ["*"], purposes: ["*"], actions: ACTIONS, notBefore: 0, expires: NEVER, dataFrom: 0, dataUntil: 0, records: [], conditions: [], ...terms });

/** That its grantee may do nothing at all: an entry of the block list. */
export const BLOCK = grantOf({ effect: "forbid" });

/** True for an entry of the block list, as in ledger.consent.Grant.forbids_all. @type {(grant: Grant) => boolean} */
export const isBlock = ({ effect, categories, purposes, actions, records, dataFrom, dataUntil }) =>
  effect === "forbid" && categories.includes("*") && purposes.includes("*") && ACTIONS.every((action) => actions.includes(action)) && !records.length && !Number(dataFrom) && !Number(dataUntil);

/** True if any of the grants permits something. @type {(grants: Pick<Grant, "effect">[]) => boolean} */
export const hasPermit = (grants) => grants.some(({ effect }) => effect === "permit");

/** The latest end of grants. @type {(grants: Grant[]) => Whole} */
export const latestEnd = (grants) => grants.map(({ expires }) => expires).reduce((one, other) => (BigInt(one) > BigInt(other) ? one : other), /** @type {Whole} */ (0));

/**
 * True for a grant that is a transfer request (전송요구) and nothing else, as in ledger.transfer.terms_of.
 * @type {(grant: Grant) => boolean}
 */
export function isTransfer({ effect, actions, purposes, records, conditions, expires }) {
  const names = conditions.map((condition) => condition.split(":")[0]).filter((name) => !["from", "asset"].includes(name)), how = names.filter((name) => ["once", "every-days"].includes(name));
  const kept = names.every((name) => how.includes(name) || name === "retain-until") && new Set(names).size === names.length;
  const shaped = effect === "permit" && String(actions) === "transfer" && purposes.length === 1 && !records.length;
  return shaped && how.length === 1 && kept && String(expires) !== NEVER;
}
