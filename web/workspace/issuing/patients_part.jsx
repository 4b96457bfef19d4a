// Which persons the holder's patient numbers belong to: bind one at the counter, find one, and see all.
import { UsersRound } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card, Empty } from "../../kit/card.jsx";
import { Field } from "../../kit/form.jsx";
import { Icon } from "../../kit/icon.jsx";
import { useLive } from "../../kit/live.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { post } from "../../portal/api.js";
import { BindingRow } from "./binding_row.jsx";
import { checkedNumber, findBinding, loadBindings } from "./patients.js";

/** @import { HeldBinding } from "./patients.js" */
const SHOWN = 30;
const t = messages(
  { intro: "Before you can send a person their records, they say at your counter that a number is theirs.", bind: "Bind a patient number", number: "Patient number", code: "The patient's code", codeHelp: "The patient gets it in their own pages, under “My hospitals”. It works for ten minutes, once, at your counter only.", noCode: "Type the code that the patient reads out.", bound: "Bound. You can issue records by this number now.",
    find: "Find a number", search: "Search", all: "All", none: "No number is bound yet.", more: "Show {count} more", list: "Bound numbers ({count})" },
  { intro: "기록을 보내려면 먼저 환자가 창구에서 그 번호가 자기 것임을 밝혀야 합니다.", bind: "환자 번호 연결", number: "환자 번호", code: "환자가 말한 연결 번호", codeHelp: "환자는 자기 화면의 ‘내 병원’에서 연결 번호를 받습니다. 10분 동안 한 번만, 우리 창구에서만 쓸 수 있습니다.", noCode: "환자가 말한 연결 번호를 입력해 주세요.", bound: "연결했습니다. 이제 이 번호로 기록을 발급할 수 있습니다.",
    find: "번호 찾기", search: "검색", all: "전체", none: "아직 연결된 번호가 없습니다.", more: "{count}건 더 보기", list: "연결된 번호 ({count})" },
);

/** The part. */
export function PatientsPart() {
  const bindings = useLoaded(loadBindings, []), [found, setFound] = useState(/** @type {HeldBinding | null} */ (null));
  useLive("messages", bindings.reload);
  const changed = async () => {
    setFound(null);
    await bindings.reload();
  };
  return (
    <>
      <p class="intro">{t("intro")}</p>
      <BindForm bound={changed} />
      <FindForm show={setFound} />
      <Loaded of={bindings}>{(all) => <Listed all={found ? [found] : all} isFound={Boolean(found)} showAll={() => setFound(null)} changed={changed} />}</Loaded>
    </>
  );
}

/** @param {{ bound: () => Promise<void> }} props */
function BindForm({ bound }) {
  const [number, setNumber] = useState(""), [code, setCode] = useState("");
  const bind = async () => {
    if (!code.trim()) throw new Error(t("noCode"));
    await post("/bindings", { patient_number: checkedNumber(number.trim()), code: code.trim() });
    setNumber("");
    setCode("");
    await bound();
    announce(t("bound"));
  };
  return (
    <Card title={t("bind")} id="bind" tone="open">
      <div class="pair">
        <Field label={t("number")}>{(ids) => <input {...ids} type="text" name="number" autocomplete="off" spellcheck={false} maxLength={64} value={number} onInput={(event) => setNumber(event.currentTarget.value)} />}</Field>
        <Field label={t("code")} help={t("codeHelp")}>{(ids) => <input {...ids} type="text" name="code" autocomplete="off" spellcheck={false} maxLength={20} value={code} onInput={(event) => setCode(event.currentTarget.value)} />}</Field>
      </div>
      <div class="actions"><Button id="bind-number" kind="primary" onClick={bind}>{t("bind")}</Button></div>
    </Card>
  );
}

/** @param {{ show: (found: HeldBinding) => void }} props */
function FindForm({ show }) {
  const [number, setNumber] = useState("");
  return (
    <div class="finding">
      <Field label={t("find")}>{(ids) => <input {...ids} type="search" name="find" autocomplete="off" spellcheck={false} maxLength={64} value={number} onInput={(event) => setNumber(event.currentTarget.value)} />}</Field>
      <Button id="find-number" onClick={async () => show(await findBinding(number.trim()))}>{t("search")}</Button>
    </div>
  );
}

/** @param {{ all: HeldBinding[], isFound: boolean, showAll: () => void, changed: () => Promise<void> }} props */
function Listed({ all, isFound, showAll, changed }) {
  const [shown, setShown] = useState(SHOWN);
  if (!all.length) return <Empty icon={<Icon of={UsersRound} />} text={t("none")} />;
  return (
    <div id="bindings">
      <h3>{t("list", { count: all.length })} {isFound && <Button kind="plain" onClick={showAll}>{t("all")}</Button>}</h3>
      <ul class="rows">{all.slice(0, shown).map((one) => <BindingRow key={one.binding_id} of={one} changed={changed} />)}</ul>
      {all.length > shown && <div class="actions"><Button onClick={() => setShown(shown + SHOWN)}>{t("more", { count: Math.min(SHOWN, all.length - shown) })}</Button></div>}
    </div>
  );
}
