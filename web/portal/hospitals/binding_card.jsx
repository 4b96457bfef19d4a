// One patient number: by whom, since when, and what the person can do about it.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Facts } from "../../kit/card.jsx";
import { Confirm } from "../../kit/confirm.jsx";
import { timeText } from "../../kit/dates.js";
import { Field } from "../../kit/form.jsx";
import { announce } from "../../kit/problems.jsx";
import { Name } from "../../kit/sentence.jsx";
import { post } from "../api.js";
import { partyName } from "../parties/parties.js";
import { t } from "./texts.js";

/** @import { Parties } from "../parties/parties.js" */
/** @import { Binding } from "../personal_answers" */
/** @type {Record<Binding["state"], "good" | "wait" | "">} */
const TONE = { active: "good", disputed: "wait", ended: "" };
const LONGEST = 500;

/** @param {{ of: Binding, parties: Parties, changed: () => Promise<void> }} props */
export function BindingCard({ of: binding, parties, changed }) {
  const { binding_id: id, holder, patient_number: number, state, how, bound_at: since, ended_at: ended, reason } = binding, [why, setWhy] = useState("");
  const step = async (/** @type {string} */ name, /** @type {object} */ form, /** @type {"disputed2" | "confirmed" | "ended2"} */ word) => {
    await post(`/me/bindings/${id}/${name}`, form);
    await changed();
    announce(t(word));
  };
  return (
    <Card title={<Name of={partyName(parties, holder)} />} tone={state === "ended" ? "" : "active"} badge={<Badge tone={TONE[state]}>{t(state)}</Badge>}>
      <Facts of={[[t("number"), <bdi>{number}</bdi>], [t("since"), timeText(since)], [t("how"), t(`how.${how}`)], [t("reason"), reason && <bdi>{reason}</bdi>], [t("ended"), ended ? timeText(ended) : ""]]} />
      {state !== "ended" && (
        <div class="actions">
          {state === "active" ? (
            <Confirm open={t("dispute")} confirm={t("disputeConfirm")} onConfirm={() => step("dispute", { reason: why.trim() }, "disputed2")}>
              <p>{t("disputeText")}</p>
              <Field label={t("why")}>{(ids) => <textarea {...ids} rows={2} maxLength={LONGEST} value={why} onInput={(event) => setWhy(event.currentTarget.value)} />}</Field>
            </Confirm>
          ) : <Button onClick={() => step("confirm", {}, "confirmed")}>{t("confirm")}</Button>}
          <Confirm kind="danger" open={t("end")} confirm={t("endConfirm")} onConfirm={() => step("end", {}, "ended2")}><p>{t("endText")}</p></Confirm>
        </div>
      )}
    </Card>
  );
}
