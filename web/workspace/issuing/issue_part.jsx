// Issuing: to whom, which file, what would come of it, and the signatures.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Card } from "../../kit/card.jsx";
import { dayText } from "../../kit/dates.js";
import { Field } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { shortAddress } from "../../portal/parties/parties.js";
import { categoryOf } from "../../portal/vocabulary.js";
import { choice, clearChoice } from "./choice.js";
import { FileDrop } from "./file_drop.jsx";
import { findPatient } from "./patients.js";
import { Preview } from "./preview.jsx";
import { SingleForm } from "./single_form.jsx";
import { draftBundle } from "./drafting.js";

/** @import { IssuedRecord, Patient } from "./choice.js" */
/** @import { Drafted } from "./drafting.js" */
/** @import { IssueFile } from "./read_file.js" */
const t = messages(
  { intro: "Nothing is issued before you have seen what it would be, and signed.", patient: "To whom", named: "Patient number or account", namedHelp: "A number that is bound, or the account (0x…) that the person gave you.", take: "Go on", other: "Another person", number: "number {number}", account: "account {account}", corrects: "Corrects: {category}, issued on {day}", keep: "Issue something else instead" },
  { intro: "무엇이 발급될지 먼저 보고 서명해야 발급됩니다.", patient: "받는 사람", named: "환자 번호 또는 계정", namedHelp: "연결된 환자 번호, 또는 환자가 알려 준 계정(0x…)입니다.", take: "계속", other: "다른 사람", number: "환자 번호 {number}", account: "계정 {account}", corrects: "정정할 기록: {category}, {day} 발급", keep: "다른 기록 발급하기" },
);

/** The part. */
export function IssuePart() {
  const { patient, corrects } = choice.use();
  return (
    <>
      <p class="intro">{t("intro")}</p>
      {patient ? <><Chosen patient={patient} corrects={corrects} /><IssueSteps key={`${patient.signer} ${corrects?.record_id}`} patient={patient} corrects={corrects} /></> : <PatientForm />}
    </>
  );
}

function PatientForm() {
  const [named, setNamed] = useState("");
  return (
    <Card title={t("patient")} id="patient" tone="open">
      <Field label={t("named")} help={t("namedHelp")}>{(ids) => <input {...ids} type="text" name="patient" autocomplete="off" spellcheck={false} maxLength={170} value={named} onInput={(event) => setNamed(event.currentTarget.value)} />}</Field>
      <div class="actions"><Button id="take-patient" kind="primary" onClick={async () => choice.set({ patient: await findPatient(named.trim()), corrects: null })}>{t("take")}</Button></div>
    </Card>
  );
}

/** @param {{ patient: Patient, corrects: IssuedRecord | null }} props */
const Chosen = ({ patient, corrects }) => (
  <Card title={t("patient")} id="patient" badge={<Badge tone="good">{patient.number ? t("number", { number: patient.number }) : t("account", { account: shortAddress(patient.signer) })}</Badge>}>
    {corrects && <p><strong>{t("corrects", { category: categoryOf(corrects.category), day: dayText(corrects.issued_at) })}</strong></p>}
    <div class="actions"><Button kind="plain" onClick={clearChoice}>{t("other")}</Button>{corrects && <Button kind="plain" onClick={() => choice.set({ patient, corrects: null })}>{t("keep")}</Button>}</div>
  </Card>
);

/** @param {{ patient: Patient, corrects: IssuedRecord | null }} props */
function IssueSteps({ patient, corrects }) {
  const [file, setFile] = useState(/** @type {IssueFile | null} */ (null)), [drafted, setDrafted] = useState(/** @type {Drafted | null} */ (null));
  const take = async (/** @type {IssueFile | null} */ chosen) => {
    setDrafted(null);
    setFile(chosen);
    if (chosen?.kind === "fhir" && !corrects) setDrafted(await draftBundle(chosen, patient));
  };
  const again = async () => {
    choice.set({ patient, corrects: null });
    await take(null);
  };
  const asSingle = file && (file.kind === "fhir" ? { ...file, kind: /** @type {const} */ ("single"), content: new TextEncoder().encode(file.content), mediaType: "application/fhir+json" } : file);
  return (
    <>
      <FileDrop chosen={file} choose={take} />
      {asSingle && (corrects || file.kind === "single") && !drafted && <SingleForm file={asSingle} patient={patient} corrects={corrects} show={setDrafted} />}
      {drafted && <Preview key={drafted.drafts[0]?.message.recordId} of={drafted} corrects={corrects} again={again} />}
    </>
  );
}
