// One patient number: its person, its state, and what the holder can do with it.
import { useLocation } from "preact-iso";
import { UserRound } from "lucide";
import { Button } from "../../kit/button.jsx";
import { Badge } from "../../kit/card.jsx";
import { Confirm } from "../../kit/confirm.jsx";
import { dayText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { post } from "../../portal/api.js";
import { shortAddress } from "../../portal/parties/parties.js";
import { choice } from "./choice.js";

/** @import { HeldBinding } from "./patients.js" */
/** @type {Record<HeldBinding["state"], "good" | "wait" | "">} */
const TONE = { active: "good", disputed: "wait", ended: "" };
const t = messages(
  { active: "bound", disputed: "disputed", ended: "ended", line: "{how, select, code {by a code} other {by a signature}}, since {day}", over: "ended on {day}", says: "The person says:", issue: "Issue records", end: "End", endConfirm: "End the binding", endText: "Nothing more is issued by this number, and the person is told. Records that were issued stay.", done: "Ended." },
  { active: "연결됨", disputed: "이의 제기됨", ended: "끝남", line: "{how, select, code {연결 번호로} other {서명으로}} {day}부터", over: "{day}에 끝남", says: "환자의 설명:", issue: "기록 발급", end: "끝내기", endConfirm: "연결 끝내기", endText: "이 번호로는 더 이상 발급되지 않으며 환자에게 알려집니다. 이미 발급한 기록은 그대로입니다.", done: "끝냈습니다." },
);

/** @param {{ of: HeldBinding, changed: () => Promise<void> }} props */
export function BindingRow({ of: binding, changed }) {
  const { patient_number: number, state, how, bound_at: since, ended_at: ended, reason, data_subject: signer } = binding, { route } = useLocation();
  const issue = () => {
    choice.set({ patient: { signer, number }, corrects: null });
    route("/workspace/issuing/issue");
  };
  const end = async () => {
    await post("/bindings/end", { patient_number: number });
    await changed();
    announce(t("done"));
  };
  return (
    <li>
      <div class="row">
        <Icon of={UserRound} />
        <span class="grow"><strong><bdi>{number}</bdi></strong><small>{shortAddress(signer)} · {ended ? t("over", { day: dayText(ended) }) : t("line", { how, day: dayText(since) })}</small></span>
        <Badge tone={TONE[state]}>{t(state)}</Badge>
      </div>
      {reason && <p class="help">{t("says")} <bdi>{reason}</bdi></p>}
      {state !== "ended" && (
        <div class="actions">
          {state === "active" && <Button class="issue" onClick={issue}>{t("issue")}</Button>}
          <Confirm kind="danger" open={t("end")} confirm={t("endConfirm")} onConfirm={end}><p>{t("endText")}</p></Confirm>
        </div>
      )}
    </li>
  );
}
