// A verdict with its reason, which is shown once more before it is sent: it cannot be changed afterwards.
import { useState } from "preact/hooks";
import { Confirm } from "../../kit/confirm.jsx";
import { Field } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { post } from "../../portal/api.js";
import { VERDICTS, stateName } from "./queues.js";

/** @import { Item } from "./queues.js" */
const t = messages(
  { verdict: "Verdict", reason: "Reason", help: "The person and the party read it. Name nobody in it.", missing: "Choose a verdict and give a reason.", open: "Give the verdict", confirm: "Yes, send it", means: "“{verdict}”. The verdict and its reason go to the person, and cannot be changed.", sent: "The verdict was sent." },
  { verdict: "판정", reason: "이유", help: "당사자와 해당 기관이 읽습니다. 누구의 이름도 적지 마세요.", missing: "판정을 고르고 이유를 적어 주세요.", open: "판정하기", confirm: "보내기", means: "‘{verdict}’. 판정과 이유를 당사자에게 보내며, 이후에는 바꿀 수 없습니다.", sent: "판정을 보냈습니다." },
);

/** @param {{ of: Item, reload: () => Promise<void> }} props */
export function VerdictForm({ of: { queue, review_id: id }, reload }) {
  const [verdict, setVerdict] = useState(""), [reason, setReason] = useState(""), isReady = verdict && reason.trim();
  const send = async () => {
    await post(`/reviews/${queue}/${id}/verdict`, { verdict, reason: reason.trim() });
    await reload();
    announce(t("sent"));
  };
  return (
    <div class="form verdict-form">
      <fieldset>
        <legend>{t("verdict")}</legend>
        {VERDICTS[queue].map((one) => <label class="choice" key={one}><input type="radio" name={`verdict-${id}`} value={one} checked={verdict === one} onChange={() => setVerdict(one)} /><span>{stateName(one)}</span></label>)}
      </fieldset>
      <Field label={t("reason")} help={t("help")}>{(ids) => <textarea name="reason" maxLength={2000} value={reason} onInput={(event) => setReason(event.currentTarget.value)} {...ids} />}</Field>
      {!isReady && <p class="help">{t("missing")}</p>}
      <div class="actions"><Confirm open={t("open")} confirm={t("confirm")} onConfirm={send} disabled={!isReady}><p>{verdict && t("means", { verdict: stateName(verdict) })}</p><p><bdi>{reason}</bdi></p></Confirm></div>
    </div>
  );
}
