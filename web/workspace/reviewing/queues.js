// The queues that reviewers examine: their names, verdicts and order, and the reading of them.
import { now } from "../../kit/dates.js";
import { messages } from "../../kit/messages.js";
import { get, pages } from "../../portal/api.js";

/** What the API shows a reviewer of an item; `said` differs by queue. @typedef {{ review_id: string, queue: QueueName, party: string, data_subject: string, state: string, due: number, said: { incident_number?: string, reason?: string, until?: number, extends?: string, kind?: string, category?: string, at?: number, position?: number, by?: string }, verdict: { verdict?: string, reason?: string, decided_at?: number, reviewer?: string } }} Item */
/** @typedef {"break-glass" | "complaint"} QueueName */
/** @typedef {{ name: QueueName, items: Item[], waiting: number, overdue: number }} Queue */
const PAGE = 100;
/** The verdicts of each queue: the first says that it was right. @type {Record<QueueName, string[]>} */
export const VERDICTS = { "break-glass": ["justified", "unjustified"], complaint: ["upheld", "dismissed"] };
const t = messages(
  { "break-glass": "Broken glass", complaint: "Complaints", justified: "Justified", unjustified: "Not justified", upheld: "Upheld", dismissed: "Dismissed", waiting: "waits for a verdict" },
  { "break-glass": "응급 열람", complaint: "이의 제기", justified: "정당함", unjustified: "정당하지 않음", upheld: "이의 인정", dismissed: "이의 기각", waiting: "심사 대기" },
);

/** The name of a queue. @type {(name: QueueName) => string} */
export const queueName = (name) => t(name);

/** The name of a state: `waiting`, or a verdict. @type {(state: string) => string} */
export const stateName = (state) => t(/** @type {"waiting"} */ (state));

/** True for an item whose deadline is over. @type {(item: Item) => boolean} */
export const isOverdue = ({ state, due }) => state === "waiting" && due <= now();

/** Both queues: what waits first, by deadline, then what is closed, newest first. @type {() => Promise<Queue[]>} */
export async function loadQueues() {
  /** @type {Record<string, number>} */
  const overdue = await get("/reviews/overdue");
  return Promise.all(/** @type {QueueName[]} */ (Object.keys(VERDICTS)).map(async (name) => {
    const items = (await pages(`/reviews/${name}`, (/** @type {Item} */ item) => item.review_id, PAGE)).sort(byDeadline);
    return { name, items, waiting: items.filter(({ state }) => state === "waiting").length, overdue: overdue[name] };
  }));
}

/** @type {(one: Item, other: Item) => number} */
function byDeadline(one, other) {
  const [first, second] = [one, other].map(({ state }) => Number(state !== "waiting"));
  return first - second || (first ? other.due - one.due : one.due - other.due);
}
