// The form for a new share link: what it shows, for whom, until when, and a passcode.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { DAY, dayKey, endOfDay, now } from "../../kit/dates.js";
import { Choice, DayField, Field } from "../../kit/form.jsx";
import { post } from "../api.js";
import { categoryOf } from "../vocabulary.js";
import { ALL, suggestedPasscode } from "./link_terms.js";
import { t } from "./texts.js";

const PRESETS = [1, 7, 30, 90], FIRST = 7, LONGEST_LABEL = 80, LONGEST_PASSCODE = 100;
/** @import { Fresh } from "./links.jsx" */

/** @param {{ categories: string[], back: () => void, made: (link: Fresh) => Promise<void> }} props */
export function NewLink({ categories, back, made }) {
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([])), [all, setAll] = useState(true);
  const [label, setLabel] = useState(""), [day, setDay] = useState(dayKey(now() + FIRST * DAY));
  const [passcode, setPasscode] = useState(""), [longTerm, setLongTerm] = useState(false);
  const make = async () => {
    const shared = all ? [ALL] : chosen, expires = endOfDay(day);
    if (!shared.length) throw new Error(t("nothing"));
    if (!(expires > now())) throw new Error(t("past"));
    const { shlink } = await post("/me/links", { categories: shared, label: label.trim(), passcode: passcode.trim(), expires, long_term: longTerm });
    await made({ shlink, passcode: passcode.trim(), label: label.trim() });
  };
  return (
    <Card title={t("makeTitle")} tone="open">
      <fieldset>
        <legend>{t("what")}</legend>
        <Choice checked={all} onChange={setAll}>{t("all")}</Choice>
        {!all && <div>{categories.map((code) => <Choice key={code} value={code} checked={chosen.includes(code)} onChange={(checked) => setChosen(checked ? [...chosen, code] : chosen.filter((other) => other !== code))}>{categoryOf(code)}</Choice>)}</div>}
      </fieldset>
      <Field label={t("label")} help={t("labelHelp")}>{(ids) => <input type="text" {...ids} maxLength={LONGEST_LABEL} autocomplete="off" placeholder={t("labelHint")} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />}</Field>
      <DayField label={t("until")} value={day} min={dayKey(now())} presets={PRESETS} onChange={setDay} />
      <Field label={t("passcode")} help={t("passcodeHelp")}>
        {(ids) => (
          <span class="day">
            <input type="text" {...ids} class="passcode" maxLength={LONGEST_PASSCODE} autocomplete="off" inputMode="text" value={passcode} onInput={(event) => setPasscode(event.currentTarget.value)} />
            <button type="button" class="chip" onClick={() => setPasscode(suggestedPasscode())}>{t("suggest")}</button>
          </span>
        )}
      </Field>
      <Choice checked={longTerm} onChange={setLongTerm}>{t("update")}</Choice>{longTerm && <p class="help">{t("updateHelp")}</p>}
      <div class="actions"><Button kind="primary" onClick={make}>{t("make")}</Button><Button onClick={back}>{t("cancel")}</Button></div>
    </Card>
  );
}
