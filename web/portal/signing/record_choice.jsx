// Single records instead of all of their kinds: each with its holder and its date.
import { useState } from "preact/hooks";
import { Choice } from "../../kit/form.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Name } from "../../kit/sentence.jsx";
import { asPerson, get } from "../api.js";
import { fullDay } from "../grants/ends.js";
import { loadParties, partyName } from "../parties/parties.js";
import { categoryOf } from "../vocabulary.js";
import { translate } from "../words.js";
import { recordsOf } from "./narrowed.js";

/** @import { Grant, OwnRecord } from "../answers" */
/** @import { Parties } from "../parties/parties.js" */
/** @import { Kept } from "./narrowed.js" */
/** @typedef {{ grant: Grant, kept: Kept, change: (changes: Partial<Kept>) => void }} Props */
const MOST = 256, READ = 1000;
const t = messages(
  {
    title: "Only single records", help: "Then only the ticked records are allowed, and none that comes later.", none: "There is no record of these kinds yet.",
    line: "{data} · {at}", many: "A consent names up to {most} records.",
  },
  {
    title: "기록을 골라서 허용", help: "선택한 기록만 허용되고, 나중에 생기는 기록은 허용되지 않습니다.", none: "이 항목의 기록이 아직 없습니다.",
    line: "{data} · {at}", many: "동의 하나에 기록을 {most}건까지 지정할 수 있습니다.",
  },
);

/** @param {Props} props */
export function RecordChoice(props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)} class="record-choice">
      <summary>{t("title")}</summary>
      {isOpen && <RecordList {...props} />}
    </details>
  );
}

/** @param {Props} props */
function RecordList(props) {
  const loaded = useLoaded(async () => ({ records: /** @type {OwnRecord[]} */ (await get(asPerson(`/records?order=newest&limit=${READ}`))), parties: await loadParties() }), []);
  return <Loaded of={loaded}>{({ records, parties }) => <Records {...props} records={recordsOf(props.grant, props.kept.categories, records)} parties={parties} />}</Loaded>;
}

/** @param {Props & { records: OwnRecord[], parties: Parties }} props */
function Records({ grant, kept, change, records, parties }) {
  const ids = records.slice(0, MOST).map(({ record_id }) => record_id), ticked = kept.records ?? ids;
  const toggle = (/** @type {string} */ id, /** @type {boolean} */ isTicked) => {
    const next = ids.filter((one) => (one === id ? isTicked : ticked.includes(one)));
    change({ records: next.length === records.length && !grant.records.length ? null : next });
  };
  if (!records.length) return <p class="help">{t("none")}</p>;
  return (
    <>
      <p class="help">{t("help")} {records.length > MOST && t("many", { most: MOST })}</p>
      <ul class="record-list">
        {records.slice(0, MOST).map(({ record_id, category, holder, declared_by, data_from, issued_at }) => (
          <li key={record_id}>
            <Choice value={record_id} checked={ticked.includes(record_id)} onChange={(isTicked) => toggle(record_id, isTicked)}>
              {t("line", { data: categoryOf(category), at: fullDay(Number(data_from) || issued_at) })} · {declared_by === "self" ? translate("selfDeclared") : <Name of={partyName(parties, holder)} />}
            </Choice>
          </li>
        ))}
      </ul>
    </>
  );
}
