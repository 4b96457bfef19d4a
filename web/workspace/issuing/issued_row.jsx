// One record that the holder issued: to whom, its state, and what the holder may still do about it.
import { useLocation } from "preact-iso";
import { Button } from "../../kit/button.jsx";
import { Badge, Facts, Fold } from "../../kit/card.jsx";
import { Confirm } from "../../kit/confirm.jsx";
import { dayText, timeText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { draftErasures, erase } from "../../portal/erasing/erasures.js";
import { iconOf } from "../../portal/grants/icons.js";
import { shortAddress } from "../../portal/parties/parties.js";
import { categoryOf } from "../../portal/vocabulary.js";
import { choice } from "./choice.js";

/** @import { IssuedRecord } from "./choice.js" */
const TONE = /** @type {const} */ ({ anchored: "good", pending: "wait", superseded: "", erased: "bad" });
const t = messages(
  { anchored: "on chain", pending: "accepted", superseded: "corrected", erased: "withdrawn", to: "number {number}", issued: "issued {time}", about: "about {day}", correct: "Correct", withdraw: "Withdraw", confirm: "Withdraw: sign", means: "The key of this record is destroyed for good: nobody can open it any more, not even the person. That it was issued and withdrawn stays in the log. To replace a wrong content, correct it instead.", done: "Withdrawn.", technical: "Technical", id: "Record id", replaces: "Corrects record", person: "Account" },
  { anchored: "체인 기록됨", pending: "접수됨", superseded: "정정됨", erased: "회수됨", to: "환자 번호 {number}", issued: "{time} 발급", about: "{day} 내용", correct: "정정", withdraw: "회수", confirm: "회수: 서명하기", means: "이 기록의 키를 영구히 없앱니다. 당사자를 포함해 아무도 열 수 없게 됩니다. 발급했다가 회수한 사실은 로그에 남습니다. 내용이 틀렸다면 회수하지 말고 정정하세요.", done: "회수했습니다.", technical: "기술 정보", id: "기록 번호", replaces: "정정한 기록", person: "계정" },
);

/** @param {{ of: IssuedRecord, number: string, changed: () => Promise<void> }} props */
export function IssuedRow({ of: record, number, changed }) {
  const { record_id: id, category, status, data_subject: signer, supersedes } = record, { route } = useLocation(), stands = status === "anchored" || status === "pending";
  const correct = () => {
    choice.set({ patient: { signer, number }, corrects: record });
    route("/workspace/issuing/issue");
  };
  const withdraw = async () => {
    await erase(await draftErasures([id]), () => undefined);
    await changed();
    announce(t("done"));
  };
  return (
    <li data-record={id}>
      <div class="row">
        <Icon of={iconOf(category)} />
        <span class="grow"><strong>{categoryOf(category)}</strong><small><bdi>{number ? t("to", { number }) : shortAddress(signer)}</bdi>{Number(record.data_from) > 0 && ` · ${t("about", { day: dayText(record.data_from) })}`} · {t("issued", { time: timeText(record.issued_at) })}</small></span>
        <Badge tone={TONE[status]}>{t(status)}</Badge>
      </div>
      <Fold title={t("technical")}><Facts of={[[t("id"), <code key="id">{id}</code>], [t("person"), <code key="person">{signer}</code>], [t("replaces"), /[1-9a-f]/.test(supersedes.slice(2)) && <code key="replaces">{supersedes}</code>]]} /></Fold>
      {stands && (
        <div class="actions">
          <Button class="correct" onClick={correct}>{t("correct")}</Button>
          <Confirm kind="danger" open={t("withdraw")} confirm={t("confirm")} onConfirm={withdraw}><p>{t("means")}</p></Confirm>
        </div>
      )}
    </li>
  );
}
