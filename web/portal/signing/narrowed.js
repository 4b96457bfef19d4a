// What is left of a grant after a person took away from it. Nothing here can add anything.
import { dayKey, endOfDay, isNever, startOfDay } from "../../kit/dates.js";
import { covers } from "../grants/clauses.js";

/** @import { Grant, Whole } from "../answers" */
/** @import { OwnRecord } from "../answers" */
/**
 * What a person keeps of a permit; days are `2027-02-26` of their zone, empty for no bound of their own. `records` is null for all records.
 * @typedef {{ categories: string[], purposes: string[], actions: string[], end: string, from: string, to: string, records: string[] | null }} Kept
 */

/** Everything. @type {(grant: Grant) => Kept} */
export const allOf = ({ categories, purposes, actions, expires, dataFrom, dataUntil, records }) => ({
  categories, purposes, actions, end: isNever(expires) ? "" : dayKey(Number(expires) - 1), records: records.length ? records : null,
  from: Number(dataFrom) ? dayKey(dataFrom) : "", to: Number(dataUntil) ? dayKey(Number(dataUntil) - 1) : "",
});

/** The grant that is left; null if nothing is. @type {(grant: Grant, kept: Kept) => Grant | null} */
export function narrowed(grant, kept) {
  const { categories, purposes, actions } = kept, records = kept.records ?? grant.records;
  if (!categories.length || !purposes.length || !actions.length || (kept.records && !records.length)) return null;
  const dataFrom = later(grant.dataFrom, kept.from ? startOfDay(kept.from) : 0), dataUntil = earlier(grant.dataUntil, kept.to ? endOfDay(kept.to) : 0);
  return { ...grant, categories, purposes, actions, records, dataFrom, dataUntil, expires: kept.end ? earlier(grant.expires, endOfDay(kept.end)) : grant.expires };
}

/** The later start; the first one where both are on its day. @type {(own: Whole, chosen: number) => Whole} */
const later = (own, chosen) => (chosen > Number(own) && dayKey(chosen) !== dayKey(own) ? chosen : Number(own) ? own : chosen);

/** The earlier end, where 0 is none. @type {(own: Whole, chosen: number) => Whole} */
const earlier = (own, chosen) => (chosen && (!Number(own) || chosen < Number(own)) ? chosen : own);

/** Those records that a grant reaches now. @type {(grant: Grant, categories: string[], records: OwnRecord[]) => OwnRecord[]} */
export function recordsOf(grant, categories, records) {
  const isNamed = (/** @type {OwnRecord} */ { record_id }) => !grant.records.length || grant.records.includes(record_id);
  return records.filter((record) => record.status !== "superseded" && record.status !== "erased" && isNamed(record) && categories.some((above) => covers(above, record.category)));
}
