// The form of a note or a measurement.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { now, timeText } from "../../kit/dates.js";
import { Field } from "../../kit/form.jsx";
import { utf8 } from "../bytes.js";
import { categoryOf } from "../vocabulary.js";
import { draftDeclaration } from "./declaration.js";
import { MEASUREMENTS, observation, valueOf } from "./measurements.js";
import { t } from "./texts.js";

/** @import { Declared } from "./declaration.js" */
/** @import { MeasurementName } from "./measurements.js" */
/** @import { Shown } from "./declare.jsx" */
const NAMES = /** @type {MeasurementName[]} */ (Object.keys(MEASUREMENTS)), LONGEST = 20_000;
/** Categories of a note. */
const NOTES = ["health.other", "health.condition", "health.medication", "health.allergy", "health.immunization", "health.procedure"];

/** @param {{ show: (shown: Shown) => void }} props */
export function DeclareForm({ show }) {
  const [kind, setKind] = useState(/** @type {string} */ ("pressure")), [category, setCategory] = useState(NOTES[0]), [text, setText] = useState("");
  const [values, setValues] = useState(/** @type {Record<string, string>} */ ({})), [time, setTime] = useState(localTime(now()));
  const measurement = NAMES.find((name) => name === kind), parts = measurement ? MEASUREMENTS[measurement].parts : [];
  const go = async () => {
    const made = measurement ? measured(measurement, values, time) : noted(category, text);
    show({ ...made, draft: await draftDeclaration(made.declared) });
  };
  return (
    <Card title={t("kind")}>
      <Field label={t("kind")}>{(ids) => <select {...ids} value={kind} onChange={(event) => setKind(event.currentTarget.value)}>{[...NAMES, "note"].map((name) => <option key={name} value={name}>{t(/** @type {"note"} */ (name))}</option>)}</select>}</Field>
      {measurement ? (
        <>
          {parts.map((part) => <Field key={part.key} label={t("part", { name: t(/** @type {"weight"} */ (part.key)), unit: part.unit })}>{(ids) => <input type="text" {...ids} inputMode="decimal" autocomplete="off" value={values[part.key] ?? ""} onInput={(event) => setValues({ ...values, [part.key]: event.currentTarget.value })} />}</Field>)}
          <Field label={t("when")}>{(ids) => <input type="datetime-local" {...ids} max={localTime(now())} value={time} onInput={(event) => setTime(event.currentTarget.value)} />}</Field>
        </>
      ) : (
        <>
          <Field label={t("category")}>{(ids) => <select {...ids} value={category} onChange={(event) => setCategory(event.currentTarget.value)}>{NOTES.map((code) => <option key={code} value={code}>{categoryOf(code)}</option>)}</select>}</Field>
          <Field label={t("text")} help={t("textHelp", { count: LONGEST })}>{(ids) => <textarea {...ids} rows={6} maxLength={LONGEST} value={text} onInput={(event) => setText(event.currentTarget.value)} />}</Field>
        </>
      )}
      <div class="actions"><Button kind="primary" onClick={go}>{t("show")}</Button></div>
    </Card>
  );
}

/** A time for a field, in the reader's zone: `2026-11-30T14:03`. @type {(seconds: number) => string} */
function localTime(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @type {(category: string, text: string) => { declared: Declared, summary: string }} */
function noted(category, text) {
  if (!text.trim()) throw new Error(t("empty"));
  return { summary: `${categoryOf(category)}: ${text.trim()}`, declared: { category, mediaType: "text/plain;charset=utf-8", content: utf8(text), from: 0, until: 0 } };
}

/** @type {(name: MeasurementName, typed: Record<string, string>, time: string) => { declared: Declared, summary: string }} */
function measured(name, typed, time) {
  const measurement = MEASUREMENTS[name], { parts, category } = measurement, from = new Date(time).getTime() / 1000;
  const values = parts.map((part) => valueOf(part, typed[part.key] ?? "") ?? wrong(part));
  if (Number.isNaN(from)) throw new Error(t("noTime"));
  if (from > now() + 60) throw new Error(t("future"));
  const shown = `${values.join("/")} ${parts[0].unit}`, content = utf8(JSON.stringify(observation(measurement, values, from)));
  return { summary: `${t(name)}: ${shown}, ${timeText(from)}`, declared: { category, mediaType: "application/fhir+json", content, from, until: from + 60 } };
}

/** @type {(part: { key: string, low: number, high: number }) => never} */
function wrong({ key, low, high }) {
  throw new Error(t("wrong", { name: t(/** @type {"weight"} */ (key)), low, high }));
}
