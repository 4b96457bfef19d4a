// Extending an emergency to all health records, with a reason of its own.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Fold } from "../../kit/card.jsx";
import { messages } from "../../kit/messages.js";
import { Duration, Reason } from "./fields.jsx";
import { extend } from "./incidents.js";

/** @import { Emergency } from "./incidents.js" */
const t = messages(
  { title: "This is not enough", text: "An extension reaches all health records, needs a reason of its own, and is reviewed by itself. An emergency is extended once.", extend: "Extend and sign", missing: "Say why the urgent records are not enough.", unknown: "Cause unknown", history: "History needed for treatment" },
  { title: "이것으로 부족합니다", text: "확대하면 모든 건강 기록을 열람할 수 있습니다. 별도의 사유가 필요하고 따로 심사됩니다. 한 번만 확대할 수 있습니다.", extend: "확대하고 서명하기", missing: "긴급 기록으로 부족한 이유를 적어 주세요.", unknown: "원인 불명", history: "치료에 병력이 필요함" },
);
const REASONS = /** @type {const} */ (["unknown", "history"]);

/** @param {{ of: Emergency, extended: () => Promise<void> }} props */
export function ExtendForm({ of: emergency, extended }) {
  const [reason, setReason] = useState(""), [hours, setHours] = useState(1);
  const submit = async () => {
    if (!reason.trim()) throw new Error(t("missing"));
    await extend(emergency, reason.trim(), hours * 3600);
    await extended();
  };
  return (
    <Fold title={t("title")} class="extending">
      <p>{t("text")}</p>
      <Reason value={reason} onChange={setReason} offered={REASONS.map((one) => t(one))} />
      <Duration hours={hours} onChange={setHours} />
      <div class="actions"><Button id="extend-incident" kind="danger" class="large" onClick={submit}>{t("extend")}</Button></div>
    </Fold>
  );
}
