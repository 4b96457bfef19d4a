// What is signed to name a delegate, in words and whole, and the button that signs it.
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { dayText, distanceText } from "../../kit/dates.js";
import { announce } from "../../kit/problems.jsx";
import { Sentence, isolated, plainText } from "../../kit/sentence.jsx";
import { ExactStatements, PromptHelp, signText } from "../statement.jsx";
import { categoryOf } from "../vocabulary.js";
import { OWN_DEVICE, nameDelegate } from "./delegations.js";
import { relationText, t } from "./texts.js";

/** @import { Appointment, DelegationDraft } from "./delegations.js" */

/** @param {{ of: { draft: DelegationDraft, wanted: Appointment }, back: () => void, done: () => Promise<void> }} props */
export function DelegationStep({ of: { draft, wanted }, back, done }) {
  const { message } = draft.typed_data, name = isolated(message.delegateName), place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const isDevice = message.relation === OWN_DEVICE;
  useEffect(() => place.current?.querySelector("h2")?.focus(), []);
  const sign = async () => {
    await nameDelegate(draft, wanted);
    await done();
    announce(plainText(t("done", { name })));
  };
  return (
    <div ref={place}>
      <Card title={t("signTitle")} tone="open">
        <p class="sentence says"><Sentence text={isDevice ? t("saysDevice", { name }) : t("says", { name, relation: relationText(message.relation) })} /></p>
        <p>{t("about", { categories: message.categories.map(categoryOf).join(", ") })} {t("ends", { day: dayText(Number(message.expires) - 1), distance: distanceText(message.expires) })}</p>
        {!isDevice && <p class="help">{t("rank")}</p>}
        <ExactStatements of={[draft]} />
        <PromptHelp />
        <div class="actions"><Button kind="primary" onClick={sign}>{signText()}</Button><Button onClick={back}>{t("cancel")}</Button></div>
      </Card>
    </div>
  );
}
