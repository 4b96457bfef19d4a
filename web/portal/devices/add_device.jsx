// Adding a second device in three steps: open an address there, bring its identifier here, and sign.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { CopyText } from "../../kit/copy.jsx";
import { DAY, dayKey, endOfDay, now } from "../../kit/dates.js";
import { Field } from "../../kit/form.jsx";
import { Qr } from "../../kit/qr.jsx";
import { DelegationStep } from "../delegates/delegation_step.jsx";
import { EVERYTHING, LONGEST_DAYS, OWN_DEVICE, draftDelegation } from "../delegates/delegations.js";
import { IdentifierFields, checkedIdentifier } from "../delegates/identifier.jsx";
import { SECOND } from "./second_device.jsx";
import { t } from "./texts.js";

/** @import { Appointment, DelegationDraft } from "../delegates/delegations.js" */
const LONGEST_NAME = 60;

/** @param {{ identifier: string, back: () => void, done: () => Promise<void> }} props */
export function AddDevice({ identifier: first, back, done }) {
  const [typed, setTyped] = useState({ identifier: first, code: "" }), [name, setName] = useState(t("suggested"));
  const [shown, setShown] = useState(/** @type {{ draft: DelegationDraft, wanted: Appointment } | null} */ (null)), address = location.origin + SECOND;
  const show = async () => {
    if (!name.trim()) throw new Error(t("noName"));
    const expires = endOfDay(dayKey(now() + (LONGEST_DAYS - 1) * DAY));
    const wanted = { delegate: await checkedIdentifier(typed), name: name.trim(), relation: OWN_DEVICE, categories: [EVERYTHING], expires };
    setShown({ wanted, draft: await draftDelegation(wanted) });
  };
  if (shown) return <DelegationStep of={shown} back={() => setShown(null)} done={done} />;
  return (
    <>
      {!first && <Card title={t("one")} tone="open"><p class="help">{t("oneHelp")}</p><Qr text={address} label={t("qr")} /><CopyText label={t("address")} text={address} rows={1} /></Card>}
      <Card title={t("two")} tone="open">
        <p class="help">{t("twoHelp")}</p>
        <IdentifierFields value={typed} onChange={setTyped} label={t("paste")} help={t("pasteHelp")} codeLabel={t("typed")} codeHelp={t("typedHelp")} />
        <Field label={t("name")}>{(ids) => <input type="text" {...ids} maxLength={LONGEST_NAME} autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <div class="actions"><Button kind="primary" onClick={show}>{t("show")}</Button><Button onClick={back}>{t("cancel")}</Button></div>
      </Card>
    </>
  );
}
