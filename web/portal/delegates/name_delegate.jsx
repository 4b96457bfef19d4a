// Naming somebody who may act for the person: a form, then what would be signed.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { DAY, dayKey, endOfDay, now } from "../../kit/dates.js";
import { Choice, DayField, Field } from "../../kit/form.jsx";
import { topCategories, categoryOf } from "../vocabulary.js";
import { DelegationStep } from "./delegation_step.jsx";
import { EVERYTHING, LONGEST_DAYS, RELATIONS, draftDelegation } from "./delegations.js";
import { IdentifierFields, checkedIdentifier } from "./identifier.jsx";
import { t } from "./texts.js";

/** @import { Appointment, DelegationDraft } from "./delegations.js" */
const LONGEST_NAME = 100, PRESETS = [90, 365, 1095], FIRST = 365;

/** @param {{ identifier: string, back: () => void, done: () => Promise<void> }} props */
export function NameDelegate({ identifier: first, back, done }) {
  const [typed, setTyped] = useState({ identifier: first, code: "" }), [name, setName] = useState(""), [relation, setRelation] = useState(/** @type {string} */ (RELATIONS[0]));
  const [all, setAll] = useState(false), [chosen, setChosen] = useState(/** @type {string[]} */ ([])), [day, setDay] = useState(dayKey(now() + FIRST * DAY));
  const [shown, setShown] = useState(/** @type {{ draft: DelegationDraft, wanted: Appointment } | null} */ (null));
  const show = async () => {
    const expires = endOfDay(day), categories = all ? [EVERYTHING] : chosen;
    if (!name.trim()) throw new Error(t("noName"));
    if (!categories.length) throw new Error(t("nothing"));
    if (!(expires > now() && expires < now() + LONGEST_DAYS * DAY)) throw new Error(t("wrongDay"));
    const wanted = { delegate: await checkedIdentifier(typed), name: name.trim(), relation, categories, expires };
    setShown({ wanted, draft: await draftDelegation(wanted) });
  };
  if (shown) return <DelegationStep of={shown} back={() => setShown(null)} done={done} />;
  return (
    <Card title={t("name")} tone="open">
      <Field label={t("who")}>{(ids) => <input type="text" {...ids} maxLength={LONGEST_NAME} autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
      <Field label={t("relation")}>{(ids) => <select {...ids} value={relation} onChange={(event) => setRelation(event.currentTarget.value)}>{RELATIONS.map((one) => <option key={one} value={one}>{t(one)}</option>)}</select>}</Field>
      <IdentifierFields value={typed} onChange={setTyped} />
      <fieldset>
        <legend>{t("what")}</legend>
        <Choice checked={all} onChange={setAll}>{t("all")}</Choice>
        {!all && topCategories().map((code) => <Choice key={code} value={code} checked={chosen.includes(code)} onChange={(checked) => setChosen(checked ? [...chosen, code] : chosen.filter((other) => other !== code))}>{categoryOf(code)}</Choice>)}
      </fieldset>
      <DayField label={t("until")} value={day} min={dayKey(now())} presets={PRESETS} onChange={setDay} />
      <div class="actions"><Button kind="primary" onClick={show}>{t("show")}</Button><Button onClick={back}>{t("cancel")}</Button></div>
    </Card>
  );
}
