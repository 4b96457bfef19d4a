// The parts of the form of a request: use and time, notice, texts.
import { Choice, DayField, Field } from "../../kit/form.jsx";
import { Fold } from "../../kit/card.jsx";
import { messages } from "../../kit/messages.js";
import { actionOf } from "../../portal/words.js";
import { Term } from "../terms.jsx";

/** @import { Notice } from "../../portal/answers" */
/** @import { Terms } from "./request_terms.js" */
/** @typedef {{ terms: Terms, set: (change: Partial<Terms>) => void }} Form */
const ACTIONS = ["view", "copy", "compute", "contact", "transfer", "link", "publish"], MOST_DAYS = 90;
const t = messages(
  { purpose: "What for", actions: "What you may do", until: "Until", period: "Only data from a period", from: "From", to: "To", notice: "Notice", read: "The text", language: "{name}, version {version} ({language})", benefit: "What the person gets (English)", benefit_ko: "What the person gets (Korean)", both: "Each person reads one of the two.", reference: "Reference (study, case or IRB number)", days: "Days until the request ends" },
  { purpose: "이용 목적", actions: "이용 방법", until: "이용 기간", period: "특정 기간의 데이터만", from: "시작", to: "끝", notice: "고지문", read: "고지문 내용", language: "{name}, {version}판 ({language})", benefit: "제공 혜택 (영어)", benefit_ko: "제공 혜택 (한국어)", both: "사람마다 둘 중 하나를 읽습니다.", reference: "참조 번호 (연구·사건·IRB)", days: "답변을 기다리는 일수" },
);

/** @param {Form} props */
export const UseFields = ({ terms, set }) => (
  <>
    <Term kind="purposes" label={t("purpose")} value={terms.purpose} onChange={(purpose) => set({ purpose })} />
    <fieldset>
      <legend>{t("actions")}</legend>
      {ACTIONS.map((code) => <Choice key={code} value={code} checked={terms.actions.includes(code)} onChange={(on) => set({ actions: ACTIONS.filter((one) => (one === code ? on : terms.actions.includes(one))) })}>{actionOf(code)}</Choice>)}
    </fieldset>
    <DayField label={t("until")} value={terms.until} onChange={(until) => set({ until })} />
    <Fold title={t("period")}><div class="pair"><DayField label={t("from")} presets={[]} value={terms.from} onChange={(from) => set({ from })} /><DayField label={t("to")} presets={[]} value={terms.to} onChange={(to) => set({ to })} /></div></Fold>
  </>
);

/** @param {Form & { notices: Notice[] }} props */
export function NoticeField({ terms, set, notices }) {
  const chosen = notices.find(({ hash }) => hash === terms.notice);
  return (
    <div>
      <Field label={t("notice")}>
        {(ids) => (
          <select name="notice" value={terms.notice} onChange={(event) => set({ notice: event.currentTarget.value })} {...ids}>
            {notices.map((one) => <option key={`${one.hash} ${one.language}`} value={one.hash}>{t("language", { name: one.name, version: one.version, language: one.language })}</option>)}
          </select>
        )}
      </Field>
      {chosen && <Fold title={t("read")}><div class="notice" lang={chosen.language}>{chosen.text}</div></Fold>}
    </div>
  );
}

/** @param {Form} props */
export const TextFields = ({ terms, set }) => (
  <>
    <div class="pair">
      {/** @type {const} */ (["benefit_ko", "benefit"]).map((name) => <Field key={name} label={t(name)} help={t("both")}>{(ids) => <textarea name={name} maxLength={2000} lang={name === "benefit" ? "en" : "ko"} value={terms[name]} onInput={(event) => set({ [name]: event.currentTarget.value })} {...ids} />}</Field>)}
    </div>
    <Field label={t("reference")}>{(ids) => <input type="text" name="reference" maxLength={200} value={terms.reference} onInput={(event) => set({ reference: event.currentTarget.value })} {...ids} />}</Field>
    <Field label={t("days")}>{(ids) => <input type="number" name="days" min={1} max={MOST_DAYS} value={terms.days} onInput={(event) => set({ days: Math.min(MOST_DAYS, Math.max(1, Math.trunc(event.currentTarget.valueAsNumber) || 1)) })} {...ids} />}</Field>
  </>
);
