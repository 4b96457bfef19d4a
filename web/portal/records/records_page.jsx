// The records about the person: by date, category or holder, the newest first.
import { FileHeart } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Empty } from "../../kit/card.jsx";
import { dayText, monthText } from "../../kit/dates.js";
import { Choice } from "../../kit/form.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Name } from "../../kit/sentence.jsx";
import { watched } from "../watched.js";
import { categoryOf } from "../vocabulary.js";
import { iconOf } from "../grants/icons.js";
import { CheckAll, FindingBadge } from "./checking.jsx";
import { eachOnce } from "./merging.js";
import { EVERYTHING, RecordSearch, isWanted, monthOf, timeOf } from "./record_search.jsx";
import { holderName, isOwn, loadRecords, statusText, statusTone } from "./record_list.js";

/** @import { RecordView } from "../answers" */
/** @import { Records } from "./record_list.js" */
/** @import { Findings } from "./checking.jsx" */
/** @typedef {"category" | "holder" | "date"} Order */
/** @type {Order[]} */
const ORDERS = ["category", "holder", "date"];
const SHOWN = 30;
const t = messages(
  { title: "Records", none: "No records here yet. A hospital that knows you here issues them to you.", by: "Sort by", category: "By kind", holder: "By source", date: "By date", nothing: "No record is like that.", merged: "Show what several sources hold once ({count, plural, =1 {1 entry} other {# entries}} less)", more: "Show {count} more", count: "{count, plural, =1 {1 record} other {# records}}", self: "self-declared", same: "also known from {count, plural, =1 {another source} other {# other sources}}" },
  { title: "기록", none: "아직 기록이 없습니다. 나를 아는 병원이 기록을 발급하면 여기에 나타납니다.", by: "정렬", category: "종류별", holder: "발급 기관별", date: "날짜별", nothing: "해당하는 기록이 없습니다.", merged: "여러 기관의 같은 기록은 한 번만 표시 ({count}건 줄임)", more: "{count}건 더 보기", count: "{count}건", self: "본인 제출", same: "다른 기관 {count}곳에도 있음" },
);

/** The page. */
export function RecordsPage() {
  const records = useLoaded(watched(loadRecords), []), [order, setOrder] = useState(/** @type {Order} */ ("category"));
  return (
    <section aria-labelledby="page-title">
      <h2 id="page-title" tabIndex={-1}>{t("title")}</h2>
      <div id="records">
        <Loaded of={records}>
          {(all) => (all.records.length ? <><Orders order={order} choose={setOrder} /><Shown of={all} order={order} /></> : <Empty icon={<Icon of={FileHeart} />} text={t("none")} />)}
        </Loaded>
      </div>
    </section>
  );
}

/** @param {{ order: Order, choose: (order: Order) => void }} props */
const Orders = ({ order, choose }) => (
  <div class="chips" role="group" aria-label={t("by")}>
    {ORDERS.map((one) => <button type="button" class="chip" key={one} aria-pressed={one === order} onClick={() => choose(one)}>{t(one)}</button>)}
  </div>
);

/** What is wanted of the records, and how it was found when checked. @param {{ of: Records, order: Order }} props */
function Shown({ of: { records, names }, order }) {
  const [wanted, setWanted] = useState(EVERYTHING), [findings, setFindings] = useState(/** @type {Findings} */ (new Map()));
  const [isMerged, setMerged] = useState(true);
  const found = records.filter((record) => isWanted(record, wanted, names)), merged = order === "holder" ? found : eachOnce(found, findings);
  const shown = isMerged ? merged : found, repeated = found.length - merged.length;
  return (
    <>
      <RecordSearch wanted={wanted} choose={setWanted} />
      {repeated > 0 && <Choice checked={isMerged} onChange={setMerged}>{t("merged", { count: repeated })}</Choice>}
      {found.length ? <CheckAll of={found} findings={findings} tell={setFindings} /> : <Empty icon={<Icon of={FileHeart} />} text={t("nothing")} />}
      <Groups of={{ records: shown, names }} order={order} findings={findings} />
    </>
  );
}

/** @type {Record<Order, (record: RecordView) => string>} */
const KEYS = { category: (record) => record.category, holder: (record) => (isOwn(record) ? "self" : record.holder), date: monthOf };

/** @param {{ of: Records, order: Order, findings: Findings }} props */
function Groups({ of: { records, names }, order, findings }) {
  /** @type {Record<Order, (record: RecordView) => string>} */
  const titles = { category: (record) => categoryOf(record.category), holder: (record) => holderName(record, names), date: (record) => monthText(timeOf(record).start) };
  const groups = [...Map.groupBy(records, KEYS[order])];
  if (order === "date") groups.sort(([one], [other]) => (one < other ? 1 : -1));
  return <>{groups.map(([key, group]) => <Group key={`${order} ${key}`} title={titles[order](group[0])} icon={order === "category" ? iconOf(key) : undefined} records={group} names={names} order={order} findings={findings} />)}</>;
}

/** @param {{ title: string, icon?: import("lucide").IconNode, records: RecordView[], names: Records["names"], order: Order, findings: Findings }} props */
function Group({ title, icon, records, names, order, findings }) {
  const [shown, setShown] = useState(SHOWN), rest = records.length - shown;
  return (
    <section class="group">
      <h3>{icon && <Icon of={icon} />} <Name of={title} /> <small>{t("count", { count: records.length })}</small></h3>
      <ul class="places">{records.slice(0, shown).map((record) => <Item key={record.record_id} of={record} finding={findings.get(record.record_id)} title={order === "category" ? holderName(record, names) : categoryOf(record.category)} source={order === "date" ? holderName(record, names) : ""} />)}</ul>
      {rest > 0 && <Button onClick={() => setShown(shown + SHOWN)}>{t("more", { count: Math.min(rest, SHOWN) })}</Button>}
    </section>
  );
}

/** @param {{ of: RecordView, title: string, source: string, finding: import("./checking.jsx").Finding | undefined }} props */
const Item = ({ of: record, title, source, finding }) => (
  <li>
    <a class={record.status} href={`/portal/records/${record.record_id}`}>
      <span class="grow"><strong><Name of={title} /></strong><small>{dayText(timeOf(record).start)}{source && <> · <Name of={source} /></>}{record.same_as.length > 0 && ` · ${t("same", { count: record.same_as.length })}`}</small></span>
      <span class="marks"><FindingBadge of={finding} />{isOwn(record) && <Badge tone="wait">{t("self")}</Badge>}{record.status !== "anchored" && <Badge tone={statusTone(record.status)}>{statusText(record.status)}</Badge>}</span>
    </a>
  </li>
);
