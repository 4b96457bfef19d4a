// Times in the reader's zone and words, as scripts/verify/times.py writes them.
import words from "mydata:words";
import { state, translate } from "./state.js";

/** @import { Values } from "./documents" */
/** The second after the last one that is shown as a date: 9999-01-01, UTC. */
const LAST = 253_370_764_800n;

/** The sentence that names the zone of the times. @type {() => string} */
export function zoneText() {
  const minutes = -new Date().getTimezoneOffset(), size = Math.abs(minutes);
  const offset = `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return translate(words.zone, { zone: `${Intl.DateTimeFormat().resolvedOptions().timeZone}, ${offset}` });
}

/** @type {(number: number) => string} */
const two = (number) => String(number).padStart(2, "0");
/** @type {(date: Date) => string} */
const clock = (date) => [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
/** @type {(date: Date) => string} */
const day = (date) => (state.language === "ko" ? `${date.getFullYear()}년 ${date.getMonth() + 1}월 ${date.getDate()}일` : `${date.getDate()} ${words.months[date.getMonth()]} ${date.getFullYear()}`);

/** @type {(seconds: bigint) => Date | undefined} */
const dateOf = (seconds) => (seconds < LAST ? new Date(Number(seconds) * 1000) : undefined);

/** A time (UTC seconds) as date and time of day; its digits if no calendar has it. @type {(seconds: bigint) => string} */
export function timeText(seconds) {
  const date = dateOf(seconds);
  return date ? `${day(date)}${state.language === "ko" ? " " : ", "}${clock(date)}` : String(seconds);
}

/** The values of a sentence with its times as text: of `decided` and `at` on one day, `at` is the time of day alone. @type {(values: Values) => Values} */
export function withTimes(values) {
  const { at, decided, ...rest } = values;
  if (typeof at !== "bigint") return values;
  if (typeof decided !== "bigint") return { ...rest, at: timeText(at) };
  const [end, start] = [dateOf(at), dateOf(decided)];
  const isOneDay = end && start && day(end) === day(start);
  return { ...rest, decided: timeText(decided), at: isOneDay ? clock(end) : timeText(at) };
}
