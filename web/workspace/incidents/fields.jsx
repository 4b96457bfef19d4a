// Fields of a declaration and of an extension: the reason, and for how long.
import { Field } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";

const HOURS = [1, 3, 12, 24];
const t = messages({ reason: "Reason", hours: "For how long", hour: "{count, plural, one {one hour} other {# hours}}" }, { reason: "사유", hours: "기간", hour: "{count}시간" });

/** @param {{ value: string, onChange: (reason: string) => void, offered: string[] }} props */
export const Reason = ({ value, onChange, offered }) => (
  <>
    <Field label={t("reason")}>{(ids) => <textarea {...ids} name="reason" rows={2} maxLength={500} value={value} onInput={(event) => onChange(event.currentTarget.value)} />}</Field>
    <div class="chips">{offered.map((text) => <button type="button" class="chip" key={text} aria-pressed={value === text} onClick={() => onChange(text)}>{text}</button>)}</div>
  </>
);

/** @param {{ hours: number, onChange: (hours: number) => void }} props */
export const Duration = ({ hours, onChange }) => (
  <div class="field" role="group" aria-label={t("hours")}>
    <strong aria-hidden="true">{t("hours")}</strong>
    <div class="chips">{HOURS.map((count) => <button type="button" class="chip" key={count} aria-pressed={hours === count} onClick={() => onChange(count)}>{t("hour", { count })}</button>)}</div>
  </div>
);
