// Finding records: by a word of their kind or source, and by the time of their data.
import { dayKey, endOfDay, startOfDay } from "../../kit/dates.js";
import { DayField, Field } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { categoryOf } from "../vocabulary.js";
import { holderName } from "./record_list.js";

/** @import { RecordView } from "../answers" */
/** @import { Records } from "./record_list.js" */
/** What is wanted; days are `2027-02-26` of the reader's zone, empty without a bound. @typedef {{ text: string, first: string, last: string }} Wanted */
const LONGEST = 100;
export const EVERYTHING = /** @type {Wanted} */ ({ text: "", first: "", last: "" });
const t = messages(
  { find: "Find records", text: "Kind or source", first: "From", last: "To", help: "Days of the data; a record without one counts by the day it was issued." },
  { find: "기록 찾기", text: "종류 또는 기관", first: "시작일", last: "종료일", help: "데이터의 날짜 기준이며, 날짜가 없는 기록은 발급일을 따릅니다." },
);

/** The first second of a record's data and the first one after it; of its issue where the data have no time. @type {(record: RecordView) => { start: number, end: number }} */
export const timeOf = ({ data_from: from, data_until: until, issued_at: issued }) =>
  Number(until) ? { start: Number(from), end: Number(until) } : { start: issued, end: issued + 1 };

/** The month of a record's data, `2027-02`. @type {(record: RecordView) => string} */
export const monthOf = (record) => dayKey(timeOf(record).start).slice(0, 7);

/** True if a record is wanted. @type {(record: RecordView, wanted: Wanted, names: Records["names"]) => boolean} */
export function isWanted(record, { text, first, last }, names) {
  const { start, end } = timeOf(record), shown = `${categoryOf(record.category)} ${record.category} ${holderName(record, names)}`.toLowerCase();
  if (!text.trim().toLowerCase().split(/\s+/).every((word) => shown.includes(word))) return false;
  return (!first || end > startOfDay(first)) && (!last || start < endOfDay(last));
}

/** @param {{ wanted: Wanted, choose: (wanted: Wanted) => void }} props */
export const RecordSearch = ({ wanted, choose }) => (
  <details class="record-search" open={wanted !== EVERYTHING}>
    <summary>{t("find")}</summary>
    <Field label={t("text")}>{(ids) => <input type="search" {...ids} maxLength={LONGEST} value={wanted.text} onInput={({ currentTarget }) => choose({ ...wanted, text: currentTarget.value })} />}</Field>
    <div class="days">
      <DayField label={t("first")} value={wanted.first} max={wanted.last || undefined} presets={[]} onChange={(first) => choose({ ...wanted, first })} />
      <DayField label={t("last")} value={wanted.last} min={wanted.first || undefined} presets={[]} onChange={(last) => choose({ ...wanted, last })} />
    </div>
    <p class="help">{t("help")}</p>
  </details>
);
