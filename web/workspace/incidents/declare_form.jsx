// Declaring an emergency: the person, the number of the dispatch, the reason, and for how long.
import { Siren } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { Field } from "../../kit/form.jsx";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { Duration, Reason } from "./fields.jsx";
import { declare } from "./incidents.js";

const PERSON = /^0x([0-9a-fA-F]{2}){20,84}$/;
const t = messages(
  { title: "Declare an emergency", person: "Account of the person", personHelp: "0x… from their card, phone or bracelet.", number: "Dispatch number", declare: "Declare and sign", noPerson: "Type the account of the person: it begins with 0x.", missing: "A dispatch number and a reason are needed.",
    unconscious: "Found unconscious", accident: "Traffic accident", speech: "Cannot speak" },
  { title: "응급 상황 선언", person: "당사자 계정", personHelp: "당사자의 카드, 휴대전화, 팔찌 등에 있는 0x…로 시작하는 값입니다.", number: "출동 번호", declare: "선언하고 서명하기", noPerson: "0x로 시작하는 당사자 계정을 입력해 주세요.", missing: "출동 번호와 사유가 필요합니다.",
    unconscious: "의식 없이 발견됨", accident: "교통사고", speech: "말할 수 없음" },
);
const REASONS = /** @type {const} */ (["unconscious", "accident", "speech"]);

/** @param {{ declared: (incident: string) => Promise<void> }} props */
export function DeclareForm({ declared }) {
  const [person, setPerson] = useState(""), [number, setNumber] = useState(""), [reason, setReason] = useState(""), [hours, setHours] = useState(1);
  const submit = async () => {
    if (!PERSON.test(person)) throw new Error(t("noPerson"));
    if (!number || !reason.trim()) throw new Error(t("missing"));
    await declared(await declare({ person: person.toLowerCase(), number, reason: reason.trim(), seconds: hours * 3600 }));
  };
  return (
    <Card title={<><Icon of={Siren} /> {t("title")}</>} tone="alarm" id="declare">
      <Field label={t("person")} help={t("personHelp")}>{(ids) => <input {...ids} type="text" name="person" autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={180} value={person} onInput={(event) => setPerson(event.currentTarget.value.trim())} />}</Field>
      <Field label={t("number")}>{(ids) => <input {...ids} type="text" name="number" autocomplete="off" maxLength={100} value={number} onInput={(event) => setNumber(event.currentTarget.value.trimStart())} />}</Field>
      <Reason value={reason} onChange={setReason} offered={REASONS.map((one) => t(one))} />
      <Duration hours={hours} onChange={setHours} />
      <div class="actions"><Button id="declare-incident" kind="primary" class="large" onClick={submit}>{t("declare")}</Button></div>
    </Card>
  );
}
