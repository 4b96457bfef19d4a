// What a party did with the person's data: how often it asked and read, and by which consents.
import { asPerson, get } from "./api.js";

/** @import { Access } from "./answers" */
/** `reads` are permitted accesses, `last` the time of the newest one (0: never), `isMore` if there are more than were counted. @typedef {{ reads: number, refusals: number, last: number, categories: Record<string, number>, isMore: boolean }} Uses */
const PAGE = 200, MOST_PAGES = 10;

/** The accesses of others, by the newest pages that are counted. @typedef {{ lines: Access[], isMore: boolean }} Lines */
/** The accesses of one party; of everybody without `party`. @type {(party?: string) => Promise<Lines>} */
export async function accessesBy(party = "") {
  /** @type {Access[]} */
  const lines = [];
  /** @type {number | null} */
  let before = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    /** @type {string} */
    const path = `/me/timeline?own=false&limit=${PAGE}${party && `&party=${party}`}${before === null ? "&order=newest" : `&before=${before}`}`;
    /** @type {{ accesses: Access[], next: number | null }} */
    const answer = await get(asPerson(path));
    lines.push(...answer.accesses);
    if ((before = answer.next) === null) break;
  }
  return { lines, isMore: before !== null };
}

/** What accesses were, those to one consent (its entry) where one is given. @type {(all: Lines, entry?: string) => Uses} */
export function usesIn({ lines, isMore }, entry) {
  const wanted = lines.filter((line) => line.kind === "AccessReceipt" && (!entry || line.document.message.consents.includes(entry)));
  const reads = wanted.filter(({ permitted }) => permitted);
  /** @type {Record<string, number>} */
  const categories = {};
  for (const line of reads) if (line.kind === "AccessReceipt") categories[line.document.message.category] = (categories[line.document.message.category] ?? 0) + 1;
  return { reads: reads.length, refusals: wanted.length - reads.length, last: Math.max(0, ...reads.map(({ accepted_at: at }) => at)), categories, isMore };
}
