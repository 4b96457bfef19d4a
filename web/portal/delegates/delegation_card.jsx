// One delegation: to whom, for which data, until when; and its end.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Facts, Fold } from "../../kit/card.jsx";
import { dayText, distanceText } from "../../kit/dates.js";
import { announce } from "../../kit/problems.jsx";
import { Name, Sentence, isolated, plainText } from "../../kit/sentence.jsx";
import { ExactStatements, PromptHelp, signText } from "../statement.jsx";
import { categoryOf } from "../vocabulary.js";
import { draftEnd, endDelegation, isLive } from "./delegations.js";
import { endedText, relationText, t } from "./texts.js";

/** @import { Signable } from "../answers" */
/** @import { DelegationView } from "../personal_answers" */
/** @type {Partial<Record<DelegationView["status"], "good" | "wait">>} */
const TONE = { active: "good", pending: "wait" };

/** @param {{ of: DelegationView, changed: () => Promise<void> }} props */
export function DelegationCard({ of: delegation, changed }) {
  const { delegate_name: name, delegate, relation, categories, expires, status } = delegation, live = isLive(delegation);
  const [ending, setEnding] = useState(/** @type {Signable | null} */ (null));
  return (
    <Card title={<Name of={name} />} tone={live ? "active" : ""} badge={<Badge tone={TONE[status]}>{t(status)}</Badge>}>
      <Facts of={[[t("relation"), relationText(relation)], [t("categories"), categories.map(categoryOf).join(", ")], [t("expires"), `${dayText(Number(expires) - 1)} (${distanceText(expires)})`]]} />
      <Fold title={t("technical")}><Facts class="exact" of={[[t("id"), <code>{delegate}</code>]]} /></Fold>
      {ending ? <Ending of={delegation} draft={ending} back={() => setEnding(null)} changed={changed} /> : (
        <div class="actions">
          <a class="plain" href="/portal/timeline">{t("did")}</a>
          {live && <Button kind="danger" onClick={async () => setEnding(await draftEnd(delegation))}>{t("end")}</Button>}
        </div>
      )}
    </Card>
  );
}

/** @param {{ of: DelegationView, draft: Signable, back: () => void, changed: () => Promise<void> }} props */
function Ending({ of: delegation, draft, back, changed }) {
  const name = isolated(delegation.delegate_name);
  const sign = async () => {
    const ended = await endDelegation(draft, delegation);
    await changed();
    announce(`${plainText(t("endDone", { name }))} ${endedText(ended)}`);
  };
  return (
    <div class="step confirm">
      <h3>{t("endTitle")}</h3>
      <p><Sentence text={t("endSays", { name })} /> <Sentence text={t("endAlso", { name })} /></p>
      <ExactStatements of={[draft]} />
      <PromptHelp />
      <div class="actions"><Button kind="danger" onClick={sign}>{signText()}</Button><Button onClick={back}>{t("cancel")}</Button></div>
    </div>
  );
}
