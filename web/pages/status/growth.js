// The heads of a log over its whole life, and those of all logs side by side by the time at which they were seen.
import { get } from "../explorer/answers.js";

/** @import { PastHead } from "../explorer/contract.js" */
/** @typedef {{ log: string, newest: PastHead[], whole: PastHead[] }} Growth */
export const LOGS = /** @type {const} */ (["consents", "records", "access"]);
/** Seconds between two heads: the smallest that covers the life of a log is taken. */
const STEPS = [0, 60, 1_800, 43_200, 604_800];
const POINTS = 60;

/** The heads of a log, oldest first: the newest ones, and few of its whole life. @type {(log: string) => Promise<Growth>} */
export async function growthOf(log) {
  let newest;
  for (const step of STEPS) {
    const { heads, next } = await get(`/log/${log}/history?step=${step}&limit=${POINTS}`), inOrder = heads.reverse();
    newest ??= inOrder;
    if (next === null || step === STEPS[STEPS.length - 1]) return { log, newest, whole: inOrder };
  }
  throw new RangeError(log);
}

/** What came on chain in one second: leaves, and the seconds that the oldest had waited. @typedef {{ added: number, waited: number }} Arrival */

/**
 * The newest times at which a head came, oldest first, each with what then came on chain of each log.
 * @type {(all: Growth[], count: number) => { time: number, arrivals: (Arrival | undefined)[] }[]}
 */
export function sideBySide(all, count) {
  const byLog = all.map(({ newest }) => arrivalsOf(newest));
  const times = [...new Set(byLog.flatMap((arrivals) => [...arrivals.keys()]))].sort((a, b) => a - b).slice(-count);
  return times.map((time) => ({ time, arrivals: byLog.map((arrivals) => arrivals.get(time)) }));
}

/** @type {(heads: PastHead[]) => Map<number, Arrival>} */
function arrivalsOf(heads) {
  /** @type {Map<number, Arrival>} */
  const arrivals = new Map();
  for (const { seen_at: time, added, waited } of heads.filter((head) => head.added > 0)) {
    const before = arrivals.get(time) ?? { added: 0, waited: 0 };
    arrivals.set(time, { added: before.added + added, waited: Math.max(before.waited, waited ?? 0) });
  }
  return arrivals;
}
