// The certificates of what was erased, as a list.
import { FileX2 } from "lucide";
import { Icon } from "../../kit/icon.jsx";
import { categoryOf } from "../vocabulary.js";
import { RecordSource } from "./record_choice.jsx";
import { t } from "./texts.js";

/** @import { Parties } from "../parties/parties.js" */
/** @import { OwnRecord } from "../personal_answers" */

/** @param {{ of: { records: OwnRecord[], names: Parties } }} props */
export function Certificates({ of: { records, names } }) {
  const erased = records.filter(({ status }) => status === "erased");
  if (!erased.length) return null;
  return (
    <>
      <h3>{t("certificates")}</h3>
      <ul class="places">
        {erased.map((record) => (
          <li key={record.record_id}><a href={`/portal/erase/${record.record_id}`}><Icon of={FileX2} /><span><strong>{categoryOf(record.category)}</strong><RecordSource of={record} names={names} /></span></a></li>
        ))}
      </ul>
    </>
  );
}
