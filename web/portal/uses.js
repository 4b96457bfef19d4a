// What the consents of the person were used for.
import { asPerson, get } from "./api.js";

/** @import { Access } from "./answers" */
/** `reads` are permitted accesses, `last` the time of the newest one (0: never), `isMore` if there are more than were counted. @typedef {{ reads: number, last: number, categories: Record<string, number>, isMore: boolean }} Uses */
const PAGE = 200, MOST_PAGES = 10;

/** The newest accesses. @typedef {{ lines: Access[], isMore: boolean }} Lines */
/** The accesses of everybody but the person. @type {() => Promise<Lines>} */
export async function accesses() {
  /** @type {Access[]} */
  const lines = [];
  /** @type {number | null} */
  let before = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    /** @type {string} */
    const path = `/me/timeline?own=false&only=permitted&limit=${PAGE}${before === null ? "&order=newest" : `&before=${before}`}`;
    /** @type {{ accesses: Access[], next: number | null }} */
    const answer = await get(asPerson(path));
    lines.push(...answer.accesses);
    if ((before = answer.next) === null) break;
  }
  return { lines, isMore: before !== null };
}

/** What was read by one consent (its entry). @type {(all: Lines, entry: string) => Uses} */
export function usesIn({ lines, isMore }, entry) {
  const reads = lines.filter((line) => line.kind === "AccessReceipt" && line.permitted && line.document.message.reason !== "searched" && line.document.message.consents.includes(entry));
  /** @type {Record<string, number>} */
  const categories = {};
  for (const line of reads) if (line.kind === "AccessReceipt") categories[line.document.message.category] = (categories[line.document.message.category] ?? 0) + 1;
  return { reads: reads.length, last: Math.max(0, ...reads.map(({ accepted_at: at }) => at)), categories, isMore };
}
