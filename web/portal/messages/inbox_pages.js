// The messages of the person in spans of time, the newest span first. The API gives messages oldest first; their ids begin with
// the second of the event, so a span is asked for by the id with which it begins.
import { DAY, now } from "../../kit/dates.js";
import { get } from "../api.js";
import { language } from "../words.js";

/** @import { Message } from "../answers" */
/** @import { PageOf } from "../../kit/paging.jsx" */
/** A span that ends before the message `before` and begins `span` seconds earlier. @typedef {{ until: number, span: number }} Cursor */
const FIRST_SPAN = 30 * DAY, GROWTH = 6, AT_ONCE = 200, MOST = 2000;

/** The next spans, newest first, with at least so many messages if there are as many. @type {(cursor: Cursor | null, least?: number) => Promise<PageOf<Message, Cursor>>} */
export async function messagesBefore(cursor, least = 20) {
  let next = /** @type {Cursor | null} */ (cursor ?? { until: now() + DAY, span: FIRST_SPAN });
  /** @type {Message[]} */
  const items = [];
  while (next && items.length < least) {
    const { until, span } = next, since = Math.max(0, until - span);
    items.push(...(await between(since, until)).reverse());
    next = since ? { until: since, span: span * GROWTH } : null;
  }
  return { items, next };
}

/** Messages of a span of time, oldest first. @type {(since: number, until: number) => Promise<Message[]>} */
async function between(since, until) {
  /** @type {Message[]} */
  const all = [];
  for (let after = since ? idBefore(since) : ""; all.length < MOST; after = all[all.length - 1].message_id) {
    /** @type {Message[]} */
    const page = await get(`/me/inbox?language=${language}&after=${after}`), within = page.filter((message) => message.at < until);
    all.push(...within);
    if (page.length < AT_ONCE || within.length < page.length) break;
  }
  return all;
}

/** The highest id of a message before a second. @type {(second: number) => string} */
const idBefore = (second) => "0x" + (second - 1).toString(16).padStart(16, "0") + "f".repeat(48);
