// Search what consents let the organisation read for a purpose, and open a record in this page.
import { FileSearch } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Empty } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { Section } from "../../kit/section.jsx";
import { get } from "../../portal/api.js";
import { Term } from "../terms.jsx";
import { usePresent } from "../party.js";
import { PageKey } from "../self/self_page.jsx";
import { usualPurpose } from "../terms.js";
import { FoundRecord } from "./found_record.jsx";

/** @import { RecordView } from "../../portal/answers" */
/** @typedef {{ records: RecordView[], cursor: string, category: string, purpose: string }} Found */
const t = messages(
  { title: "Search and open", intro: "Only records are found that somebody's consent covers now, for this purpose. The search leaves a receipt, and so does each record that you open.", category: "Data", purpose: "What for", find: "Search", none: "Nobody's consent covers such records for this purpose now.", ask: "Ask for consent", more: "Show more", count: "{count, plural, one {one record} other {# records}}{isMore, select, true { so far} other {}}" },
  { title: "검색과 열람", intro: "이 목적으로 지금 동의가 있는 기록만 찾습니다. 검색에도, 기록 열람에도 확인서가 남습니다.", category: "데이터 항목", purpose: "이용 목적", find: "검색", none: "지금 이 목적에 대해 동의가 있는 기록이 없습니다.", ask: "동의 요청하기", more: "더 보기", count: "{count}건{isMore, select, true { 이상} other {}}" },
);

/** The page. */
export function SearchPage() {
  const { party, opens } = usePresent();
  const [category, setCategory] = useState("health.lab"), [purpose, setPurpose] = useState(usualPurpose(party?.roles ?? [])), [found, setFound] = useState(/** @type {Found | null} */ (null));
  const search = async (/** @type {Found | null} */ before) => {
    const question = new URLSearchParams({ category, purpose, cursor: before?.cursor ?? "", limit: "50" });
    const page = await get(`/access/records?${question}`);
    setFound({ records: [...(before?.records ?? []), ...page.records], cursor: page.cursor, category, purpose });
  };
  return (
    <Section title={t("title")} intro={t("intro")}>
      <div class="form">
        <div class="pair"><Term kind="categories" label={t("category")} value={category} onChange={setCategory} /><Term kind="purposes" label={t("purpose")} value={purpose} onChange={setPurpose} /></div>
        <div class="actions"><Button id="find" kind="primary" onClick={() => search(null)}>{t("find")}</Button></div>
      </div>
      {!opens && <PageKey />}
      {found && <Results of={found} more={() => search(found)} />}
    </Section>
  );
}

/** @param {{ of: Found, more: () => Promise<void> }} props */
function Results({ of: { records, cursor, purpose }, more }) {
  if (!records.length) return <Empty icon={<Icon of={FileSearch} />} text={t("none")}><div class="actions"><a class="quiet" href="/workspace/requests/new">{t("ask")}</a></div></Empty>;
  return (
    <div id="found">
      <p role="status">{t("count", { count: records.length, isMore: String(!!cursor) })}</p>
      <ul class="rows">{records.map((record) => <FoundRecord key={record.record_id} of={record} purpose={purpose} />)}</ul>
      {cursor && <div class="actions"><Button onClick={more}>{t("more")}</Button></div>}
    </div>
  );
}
