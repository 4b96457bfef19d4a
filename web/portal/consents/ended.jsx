// What ended together with a consent, by names.
import { useEffect, useRef } from "preact/hooks";
import { Fold } from "../../kit/card.jsx";
import { messages } from "../../kit/messages.js";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { fullDay } from "../grants/ends.js";
import { shortAddress } from "../parties/parties.js";
import { categoryOf } from "../vocabulary.js";
import { inLanguage } from "../words.js";

/** @import { Ended } from "../answers" */
const t = messages(
  {
    title: "Ended with it", none: "Nothing else depended on it.", technical: "Technical",
    wrapped_key: "The key that {holder} was handed for {data}. They are told to delete it.", session: "A session of {holder}", link: "A share link", export: "A download of your data", consent: "A consent that your delegate signed",
    record: "your {data} of {issuer}, {at}", unknown: "a record of yours",
  },
  {
    title: "함께 종료된 항목", none: "이 동의에 딸린 것은 없었습니다.", technical: "기술 정보",
    wrapped_key: "{holder}에 전달된 {data}의 키. 삭제하도록 알렸습니다.", session: "{holder}의 세션", link: "공유 링크", export: "내 자료 내려받기", consent: "대리인이 서명한 동의",
    record: "{issuer}의 {data}({at})", unknown: "내 기록",
  },
);

/** The card after a withdrawal; it takes the focus. @param {{ text: string, ended: Ended[] }} props */
export function EndedCard({ text, ended }) {
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => title.current?.focus(), []);
  return (
    <div class="card ended">
      <h3 tabIndex={-1} ref={title}>{text}</h3>
      {ended.length ? <EndedList ended={ended} /> : <p>{t("none")}</p>}
    </div>
  );
}

/** @param {{ ended: Ended[] }} props */
const EndedList = ({ ended }) => (
  <>
    <p>{t("title")}</p>
    <ul>{ended.map((item) => <li key={item.reference + item.holder}><Sentence text={lineOf(item)} /></li>)}</ul>
    <Fold title={t("technical")}><ul>{ended.map(({ kind, reference, holder }) => <li key={reference + holder}>{kind} <code>{reference}</code> <code>{holder}</code></li>)}</ul></Fold>
  </>
);

/** @type {(item: Ended) => string} */
function lineOf({ kind, holder, holder_name: name, record }) {
  const data = record ? t("record", { data: categoryOf(record.category), issuer: isolated(inLanguage(record.issuer_name) || shortAddress(record.issuer)), at: fullDay(Number(record.data_from) || record.issued_at) }) : t("unknown");
  return t(kind, { holder: isolated(inLanguage(name) || shortAddress(holder)), data });
}
