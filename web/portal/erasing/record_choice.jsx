// Choosing the records to erase.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { dayText } from "../../kit/dates.js";
import { Choice } from "../../kit/form.jsx";
import { Name } from "../../kit/sentence.jsx";
import { partyName } from "../parties/parties.js";
import { categoryOf } from "../vocabulary.js";
import { MOST, draftErasures } from "./erasures.js";
import { t } from "./texts.js";

/** @import { Parties } from "../parties/parties.js" */
/** @import { OwnRecord } from "../personal_answers" */
/** @import { ErasureDraft } from "./erasures.js" */

/** @param {{ records: OwnRecord[], names: Parties, chosen: string[], show: (shown: { records: OwnRecord[], drafts: ErasureDraft[] }) => void }} props */
export function RecordChoice({ records, names, chosen: first, show }) {
  const [chosen, setChosen] = useState(first), all = records.map(({ record_id: id }) => id);
  const toggle = (/** @type {string} */ id, /** @type {boolean} */ checked) => setChosen(checked ? [...chosen, id] : chosen.filter((other) => other !== id));
  const go = async () => {
    if (!chosen.length) throw new Error(t("nothing"));
    if (chosen.length > MOST) throw new Error(t("tooMany", { count: MOST }));
    const picked = records.filter(({ record_id: id }) => chosen.includes(id));
    show({ records: picked, drafts: await draftErasures(picked.map(({ record_id: id }) => id)) });
  };
  return (
    <>
      <fieldset class="choices">
        <legend>{t("choose")}</legend>
        {records.length > 1 && <Choice checked={chosen.length === all.length} onChange={(checked) => setChosen(checked ? all : [])}><strong>{t("all")}</strong> ({records.length})</Choice>}
        {records.map((record) => (
          <Choice key={record.record_id} value={record.record_id} checked={chosen.includes(record.record_id)} onChange={(checked) => toggle(record.record_id, checked)}>
            <strong>{categoryOf(record.category)}</strong> <RecordSource of={record} names={names} />
          </Choice>
        ))}
      </fieldset>
      <div class="actions"><Button kind="danger" onClick={go}>{t("go")}</Button></div>
    </>
  );
}

/** Who issued a record, and when. @param {{ of: OwnRecord, names: Parties }} props */
export const RecordSource = ({ of: record, names }) => (
  <small class="when">{record.declared_by === "self" ? t("self") : <Name of={partyName(names, record.holder)} />}, {dayText(record.issued_at)}</small>
);
