// What grants mean, in one sentence for each clause: who, what, for what, until when, and under which conditions.
import { isNever, now } from "../../kit/dates.js";
import { messages } from "../../kit/messages.js";
import { language } from "../../kit/language.js";
import { categoryOf, purposeOf } from "../vocabulary.js";
import { conditionsOf } from "../words.js";
import { clausesOf } from "./clauses.js";
import { endText, fullDay } from "./ends.js";
import { actionsText, among, purposesText } from "./phrases.js";

/** @import { Grant } from "../answers" */
/**
 * Who it is about, their name isolated if it came from outside; `mood` says whether they ask or may, `most` how many names of categories stand in a
 * sentence before the rest is counted, `holderOf` names the account in a condition.
 * @typedef {{ who: string, mood: "asks" | "may", most?: number, holderOf?: (account: string) => string }} Subject
 */
const t = messages(
  {
    asks: "{who} wants to {actions} {data}{period} {purposes} {end}.", asksAlso: "They also want to {actions} {data}{period} {purposes} {end}.",
    may: "{who} may {actions} {data}{period} {purposes} {end}.", mayAlso: "They may also {actions} {data}{period} {purposes} {end}.",
    never: "{who} may never {actions} {data}{period} {purposes} {end}.", neverAlso: "They may never {actions} {data}{period} {purposes} {end}.",
    conditions: "Conditions: {conditions}.", more: "{count} more", all: "all your data", your: "your {list}", allYour: "all your {list}",
    records: "{count, plural, one {one named record} other {# named records}} of {data}",
    period: " from {from} to {to}", periodFrom: " from {from} on", periodTo: " up to {to}",
  },
  {
    asks: "{who}[이/가] {purposes} {end} {actions}하려고 합니다.", asksAlso: "또한 {purposes} {end} {actions}하려고 합니다.",
    may: "{who}[은/는] {purposes} {end} {actions}할 수 있습니다.", mayAlso: "또한 {purposes} {end} {actions}할 수 있습니다.",
    never: "{who}[은/는] {purposes} {end} {actions}할 수 없습니다.", neverAlso: "또한 {purposes} {end} {actions}할 수 없습니다.",
    conditions: "조건: {conditions}.", more: "외 {count}가지", all: "내 모든 데이터", your: "내 {list}", allYour: "내 모든 {list}",
    records: "{data} 중 지정한 기록 {count}건",
    period: "{from}부터 {to}까지의 ", periodFrom: "{from} 이후의 ", periodTo: "{to}까지의 ",
  },
);

/** The sentences, one for each clause; the grantee is named in the first one of each effect. @type {(subject: Subject, grants: Grant[]) => string} */
export function sentenceOf(subject, grants) {
  const clauses = clausesOf(grants), starts = new Set();
  return clauses.map((clause) => {
    const isFirst = !starts.has(clause.effect);
    starts.add(clause.effect);
    return clauseText(subject, clause, isFirst);
  }).join(" ");
}

/** @type {(subject: Subject, clause: Grant, isFirst: boolean) => string} */
function clauseText({ who, mood, most = Infinity, holderOf }, clause, isFirst) {
  const word = clause.effect === "forbid" ? "never" : mood, period = periodText(clause), isKorean = language === "ko";
  const data = isKorean ? period + dataText(clause, most) : dataText(clause, most);
  const sentence = t(isFirst ? word : /** @type {const} */ (`${word}Also`), {
    who, data, period, purposes: purposesText(clause.purposes.map(purposeOf)), end: windowText(clause), actions: actionsText(clause.actions, data, clause.effect),
  });
  const conditions = clause.conditions.length ? ` ${t("conditions", { conditions: conditionsOf(clause.conditions, holderOf) })}` : "";
  return sentence.replace(/ {2,}/g, " ") + conditions;
}

/** The data of a clause: the categories by their names, or that many named records of them. @type {(clause: Grant, most: number) => string} */
function dataText({ categories, records }, most) {
  const data = categories.includes("*") ? t("all") : listed(categories.map(categoryOf), most);
  return records.length ? t("records", { count: records.length, data }) : data;
}

/** @type {(names: string[], most: number) => string} */
function listed(names, most) {
  const kept = names.length > most + 1 ? names.slice(0, most) : names, rest = names.length - kept.length;
  const [, all] = /^(?:All|모든) (.*)$/.exec(kept[0]) ?? [], shown = kept.map((name, index) => (index || !all ? among(name) : all));
  const list = language === "ko" && rest ? `${shown.join(", ")} ${t("more", { count: rest })}` : joined([...shown, ...(rest ? [t("more", { count: rest })] : [])]);
  return t(all ? "allYour" : "your", { list });
}

/** @type {(names: string[]) => string} */
const joined = (names) => new Intl.ListFormat(language, { type: "conjunction" }).format(names).replace(/, and /, " and ");

/** From when, if that is still to come, and until when. @type {(clause: Grant) => string} */
export function windowText({ notBefore, expires, effect }) {
  const start = Number(notBefore) > now() ? fullDay(notBefore) : "";
  return endText(start, isNever(expires) ? "" : fullDay(Number(expires) - 1), effect);
}

/** The period that the data are from; empty where any is meant. @type {(clause: Pick<Grant, "dataFrom" | "dataUntil">) => string} */
export function periodText({ dataFrom, dataUntil }) {
  const from = Number(dataFrom) ? fullDay(dataFrom) : "", to = Number(dataUntil) ? fullDay(Number(dataUntil) - 1) : "";
  if (!from && !to) return "";
  return t(from && to ? "period" : from ? "periodFrom" : "periodTo", { from, to });
}
