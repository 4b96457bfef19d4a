// What an erasure means, and its signature.
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { categoryOf } from "../vocabulary.js";
import { ExactStatements, PromptHelp, signText } from "../statement.jsx";
import { erase } from "./erasures.js";
import { RecordSource } from "./record_choice.jsx";
import { t } from "./texts.js";

/** @import { Parties } from "../parties/parties.js" */
/** @import { OwnRecord } from "../personal_answers" */
/** @import { ErasureDraft } from "./erasures.js" */

/** @param {{ of: { records: OwnRecord[], drafts: ErasureDraft[] }, names: Parties, back: () => void, done: (count: number) => Promise<void> }} props */
export function Consequences({ of: { records, drafts }, names, back, done }) {
  const [signed, setSigned] = useState(0), place = useRef(/** @type {HTMLDivElement | null} */ (null)), count = records.length;
  useEffect(() => place.current?.querySelector("h2")?.focus(), []);
  const sign = async () => {
    setSigned(0);
    await erase(drafts, setSigned);
    await done(count);
  };
  return (
    <div ref={place}>
      <Card title={t("means")} tone="alarm">
        <p class="sentence">{t("keys", { count })}</p>
        <ul class="meaning">{[t("readers"), t("source"), t("links"), t("stays")].map((text) => <li key={text}>{text}</li>)}</ul>
        <h3>{t("records")}</h3>
        <ul class="meaning">{records.map((record) => <li key={record.record_id}>{categoryOf(record.category)} <RecordSource of={record} names={names} /></li>)}</ul>
        <ExactStatements of={drafts} />
        <PromptHelp count={count} />
        {signed > 0 && <p role="status"><progress max={count} value={signed} /> {t("step", { done: signed, count })}</p>}
        <div class="actions">
          <Button kind="danger" onClick={sign}>{t("sign", { sign: signText() })}</Button>
          <Button onClick={back}>{t("change")}</Button>
        </div>
      </Card>
    </div>
  );
}
