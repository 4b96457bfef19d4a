// Times in UTC seconds as people read them: in their own zone, near ones by the distance in days.
import { language } from "./language.js";

/** @import { Whole } from "../portal/answers" */
const LATEST = 253_402_300_799; // the last second of the year 9999
const NEVER = 2n ** 63n - 1n;
export const DAY = 86_400;
const LOCALES = { en: "en-GB", ko: "ko-KR" };

/** @type {(seconds: Whole) => Date} */
const dateOf = (seconds) => new Date(Math.min(Number(seconds), LATEST) * 1000);

/** Now, in UTC seconds. */
export const now = () => Math.floor(Date.now() / 1000);

/** True for the end of a grant that has none. @type {(seconds: Whole) => boolean} */
export const isNever = (seconds) => BigInt(seconds) >= NEVER - 1024n;

/** A day: `26 Feb 2027`. @type {(seconds: Whole) => string} */
export const dayText = (seconds) => dateOf(seconds).toLocaleDateString(LOCALES[language], { dateStyle: "medium" });

/** A month: `February 2027`. @type {(seconds: Whole) => string} */
export const monthText = (seconds) => dateOf(seconds).toLocaleDateString(LOCALES[language], { year: "numeric", month: "long" });

/** A day and a time: `26 Feb 2027, 14:03`. @type {(seconds: Whole) => string} */
export const timeText = (seconds) => dateOf(seconds).toLocaleString(LOCALES[language], { dateStyle: "medium", timeStyle: "short" });

/** The time of a day: `14:03`. @type {(seconds: Whole) => string} */
export const clockText = (seconds) => dateOf(seconds).toLocaleTimeString(LOCALES[language], { timeStyle: "short" });

/** How far a time is from now, in words: `in 90 days`, `yesterday`. @type {(seconds: Whole, from?: number) => string} */
export function distanceText(seconds, from = now()) {
  const format = new Intl.RelativeTimeFormat(LOCALES[language], { numeric: "auto" }), away = Number(seconds) - from, size = Math.abs(away);
  if (size < 60) return format.format(0, "second");
  if (size < 3600) return format.format(Math.trunc(away / 60), "minute");
  if (size < DAY) return format.format(Math.trunc(away / 3600), "hour");
  return size < 700 * DAY ? format.format(Math.round(away / DAY), "day") : format.format(Math.round(away / (365.25 * DAY)), "year");
}

/** How far a day `2027-02-26` is from today, in words: `today`, `3 days ago`. @type {(key: string) => string} */
export function dayDistanceText(key) {
  const days = Math.round((startOfDay(key) - startOfDay(dayKey(now()))) / DAY);
  return new Intl.RelativeTimeFormat(LOCALES[language], { numeric: "auto" }).format(days, "day");
}

/** The day of a time in the reader's zone, `2027-02-26`. @type {(seconds: Whole) => string} */
export function dayKey(seconds) {
  const day = dateOf(seconds);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** The first second after a day `2027-02-26` of the reader's zone. @type {(key: string) => number} */
export function endOfDay(key) {
  const [year, month, day] = key.split("-").map(Number);
  return new Date(year, month - 1, day + 1).getTime() / 1000;
}

/** The first second of a day `2027-02-26` of the reader's zone. @type {(key: string) => number} */
export function startOfDay(key) {
  const [year, month, day] = key.split("-").map(Number);
  return new Date(year, month - 1, day).getTime() / 1000;
}
