// What a single document is about, before it is drafted.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { dayKey, endOfDay, startOfDay } from "../../kit/dates.js";
import { DayField } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { Term } from "../terms.jsx";
import { draftSingle } from "./drafting.js";

/** @import { IssuedRecord, Patient } from "./choice.js" */
/** @import { Drafted } from "./drafting.js" */
/** @import { IssueFile } from "./read_file.js" */
const t = messages(
  { title: "What it is", category: "Category", from: "About the time from", until: "to", preview: "Show what would be issued", order: "The period ends before it begins." },
  { title: "내용", category: "데이터 항목", from: "내용의 시작일", until: "종료일", preview: "발급될 내용 보기", order: "기간의 끝이 시작보다 앞섭니다." },
);
/** @type {(seconds: import("../../portal/answers").Whole, back: number) => string} */
const dayOf = (seconds, back) => (Number(seconds) ? dayKey(Number(seconds) - back) : "");

/** @param {{ file: IssueFile & { kind: "single" }, patient: Patient, corrects: IssuedRecord | null, show: (drafted: Drafted) => void }} props */
export function SingleForm({ file, patient, corrects, show }) {
  const [category, setCategory] = useState(corrects?.category ?? "health.report"), [from, setFrom] = useState(dayOf(corrects?.data_from ?? 0, 0)), [until, setUntil] = useState(dayOf(corrects?.data_until ?? 0, 1));
  const preview = async () => {
    const period = { from: from ? startOfDay(from) : 0, until: until ? endOfDay(until) : 0 };
    if (period.until && period.until <= period.from) throw new Error(t("order"));
    show(await draftSingle(file, patient, { category, ...period, corrects: corrects?.record_id ?? "" }));
  };
  return (
    <Card title={t("title")} id="single">
      <Term kind="categories" label={t("category")} value={category} onChange={setCategory} />
      <div class="pair"><DayField label={t("from")} presets={[]} value={from} onChange={setFrom} /><DayField label={t("until")} presets={[]} value={until} onChange={setUntil} /></div>
      <div class="actions"><Button id="preview-single" kind="primary" onClick={preview}>{t("preview")}</Button></div>
    </Card>
  );
}
