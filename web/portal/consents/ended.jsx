// What ended together with a consent, by names.
import { useEffect, useRef } from "preact/hooks";
import { Fold } from "../../kit/card.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { asPerson, get } from "../api.js";
import { fullDay } from "../grants/ends.js";
import { loadParties, partyName } from "../parties/parties.js";
import { categoryOf } from "../vocabulary.js";

/** @import { Ended, OwnRecord } from "../answers" */
/** @import { Parties } from "../parties/parties.js" */
const t = messages(
  {
    title: "Ended with it", none: "Nothing else depended on it.", technical: "Technical",
    wrapped_key: "The key that {holder} was handed for your {data} ({at}). They are told to delete it.", session: "A session of {holder}", link: "A share link", export: "A download of your data", consent: "A consent that your delegate signed",
    unknown: "data",
  },
  {
    title: "함께 종료된 항목", none: "이 동의에 딸린 것은 없었습니다.", technical: "기술 정보",
    wrapped_key: "{holder}에 전달된 {data}({at})의 키. 삭제하도록 알렸습니다.", session: "{holder}의 세션", link: "공유 링크", export: "내 자료 내려받기", consent: "대리인이 서명한 동의",
    unknown: "기록",
  },
);

/** The card after a withdrawal; it takes the focus. @param {{ text: string, ended: Ended[] }} props */
export function EndedCard({ text, ended }) {
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => title.current?.focus(), []);
  const loaded = useLoaded(async () => ({ parties: await loadParties(), records: /** @type {OwnRecord[]} */ (await get(asPerson("/records"))) }), []);
  return (
    <div class="card ended">
      <h3 tabIndex={-1} ref={title}>{text}</h3>
      {ended.length ? <Loaded of={loaded}>{({ parties, records }) => <EndedList ended={ended} parties={parties} records={records} />}</Loaded> : <p>{t("none")}</p>}
    </div>
  );
}

/** @param {{ ended: Ended[], parties: Parties, records: OwnRecord[] }} props */
const EndedList = ({ ended, parties, records }) => (
  <>
    <p>{t("title")}</p>
    <ul>{ended.map((item) => <li key={item.reference + item.holder}><Sentence text={lineOf(item, parties, records)} /></li>)}</ul>
    <Fold title={t("technical")}><ul>{ended.map(({ kind, reference, holder }) => <li key={reference + holder}>{kind} <code>{reference}</code> <code>{holder}</code></li>)}</ul></Fold>
  </>
);

/** @type {(item: Ended, parties: Parties, records: OwnRecord[]) => string} */
function lineOf({ kind, reference, holder }, parties, records) {
  const record = records.find(({ record_id }) => record_id === reference);
  return t(kind, { holder: isolated(holder ? partyName(parties, holder) : ""), data: record ? categoryOf(record.category) : t("unknown"), at: record ? fullDay(Number(record.data_from) || record.issued_at) : "…" });
}
