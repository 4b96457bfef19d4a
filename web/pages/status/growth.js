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

/**
 * The newest times at which a head came, oldest first, each with the head that came then to each log.
 * @type {(all: Growth[], count: number) => { time: number, heads: (PastHead | undefined)[] }[]}
 */
export function sideBySide(all, count) {
  const grown = all.map(({ newest }) => new Map(newest.filter(({ added }) => added > 0).map((head) => [head.seen_at, head])));
  const times = [...new Set(grown.flatMap((heads) => [...heads.keys()]))].sort((a, b) => a - b).slice(-count);
  return times.map((time) => ({ time, heads: grown.map((heads) => heads.get(time)) }));
}
