// Parts of forms: a labelled field, a choice, and a day with presets.
import { useId } from "preact/hooks";
import { DAY, dayKey, now } from "./dates.js";
import { messages } from "./messages.js";

const t = messages({ days: "{count} days" }, { days: "{count}일" });
const PRESETS = [30, 90, 365];

/** A field with its label, and help below it. @param {{ label: string, help?: string, children: (ids: { id: string, "aria-describedby"?: string }) => preact.ComponentChildren }} props */
export function Field({ label, help, children }) {
  const id = useId(), helpId = `${id}-help`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": help ? helpId : undefined })}
      {help && <p class="help" id={helpId}>{help}</p>}
    </div>
  );
}

/** A check box with its text. @param {{ checked: boolean, onChange: (checked: boolean) => void, value?: string, disabled?: boolean, children: preact.ComponentChildren }} props */
export const Choice = ({ checked, onChange, value, disabled, children }) => (
  <label class="choice">
    <input type="checkbox" checked={checked} value={value} disabled={disabled} onChange={(event) => onChange(event.currentTarget.checked)} />
    <span>{children}</span>
  </label>
);

/**
 * A day of the reader's zone (`2027-02-26`), with buttons for days from now that do not go beyond `max`.
 * @param {{ label: string, value: string, max?: string, min?: string, presets?: number[], onChange: (value: string) => void }} props
 */
export function DayField({ label, value, max, min, presets = PRESETS, onChange }) {
  const offered = presets.map((count) => ({ count, key: dayKey(now() + count * DAY) })).filter(({ key }) => !max || key <= max);
  return (
    <Field label={label}>
      {(ids) => (
        <span class="day">
          <input type="date" {...ids} value={value} max={max} min={min} onInput={(event) => onChange(event.currentTarget.value)} />
          {offered.map(({ count, key }) => (
            <button type="button" class="chip" key={count} aria-pressed={value === key} onClick={() => onChange(key)}>{t("days", { count })}</button>
          ))}
        </span>
      )}
    </Field>
  );
}
