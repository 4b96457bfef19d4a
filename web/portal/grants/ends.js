// Days in sentences: `26 Feb 2027`, `2027년 2월 26일`.
import { DAY, distanceText, isNever, now, timeText } from "../../kit/dates.js";
import { language } from "../../kit/language.js";
import { messages } from "../../kit/messages.js";

/** @import { Grant, Whole } from "../answers" */
const LATEST = 253_402_300_799;
const t = messages(
  { until: "until {end}", from: "from {start} until {end}", untilWithdrawn: "until you withdraw", fromOn: "from {start} until you withdraw", untilLifted: "until you lift it", liftedFromOn: "from {start} until you lift it", days: "{count, plural, one {one day} other {# days}}", withDistance: "{text} ({distance})" },
  { until: "{end}까지", from: "{start}부터 {end}까지", untilWithdrawn: "철회할 때까지", fromOn: "{start}부터 철회할 때까지", untilLifted: "해제할 때까지", liftedFromOn: "{start}부터 해제할 때까지", days: "{count}일", withDistance: "{text} ({distance})" },
);

/** A day in words. @type {(seconds: Whole) => string} */
export function fullDay(seconds) {
  const day = new Date(Math.min(Number(seconds), LATEST) * 1000);
  return language === "ko" ? day.toLocaleDateString("ko-KR", { dateStyle: "long" }) : day.toLocaleDateString("en-GB", { dateStyle: "medium" });
}

/** The window in words; without an end it lasts until it is withdrawn, a prohibition until it is lifted. @type {(start: string, end: string, effect: Grant["effect"]) => string} */
export function endText(start, end, effect) {
  if (end) return t(start ? "from" : "until", { start, end });
  return effect === "forbid" ? t(start ? "liftedFromOn" : "untilLifted", { start }) : t(start ? "fromOn" : "untilWithdrawn", { start });
}

/** The last day of a grant and how far it is: `until 26 Feb 2027 (90 days)`. @type {(expires: Whole, effect?: Grant["effect"]) => string} */
export function lastDay(expires, effect = "permit") {
  if (isNever(expires)) return endText("", "", effect);
  const left = Number(expires) - now(), text = t("until", { end: fullDay(Number(expires) - 1) });
  const distance = left >= DAY ? t("days", { count: Math.round(left / DAY) }) : distanceText(expires);
  return t("withDistance", { text, distance });
}

/** A time and how far it is. @type {(seconds: Whole) => string} */
export const timeWithDistance = (seconds) => t("withDistance", { text: timeText(seconds), distance: distanceText(seconds) });
