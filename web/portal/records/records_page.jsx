// The records about the person: by category and by holder, the newest first.
import { FileHeart } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Empty } from "../../kit/card.jsx";
import { dayText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Name } from "../../kit/sentence.jsx";
import { watched } from "../watched.js";
import { categoryOf } from "../vocabulary.js";
import { iconOf } from "../grants/icons.js";
import { holderName, isOwn, loadRecords, statusText, statusTone } from "./record_list.js";

/** @import { RecordView } from "../answers" */
/** @import { Records } from "./record_list.js" */
/** @typedef {"category" | "holder"} Order */
const SHOWN = 30;
const t = messages(
  { title: "Records", none: "No records here yet. A hospital that knows you here issues them to you.", by: "Sort by", category: "By kind", holder: "By source", more: "Show {count} more", count: "{count, plural, =1 {1 record} other {# records}}", self: "self-declared", same: "also known from {count, plural, =1 {another source} other {# other sources}}" },
  { title: "기록", none: "아직 기록이 없습니다. 나를 아는 병원이 기록을 발급하면 여기에 나타납니다.", by: "정렬", category: "종류별", holder: "발급 기관별", more: "{count}건 더 보기", count: "{count}건", self: "본인 제출", same: "다른 기관 {count}곳에도 있음" },
);

/** The page. */
export function RecordsPage() {
  const records = useLoaded(watched(loadRecords), []), [order, setOrder] = useState(/** @type {Order} */ ("category"));
  return (
    <section aria-labelledby="page-title">
      <h2 id="page-title" tabIndex={-1}>{t("title")}</h2>
      <div id="records">
        <Loaded of={records}>
          {(all) => (all.records.length ? <><Orders order={order} choose={setOrder} /><Groups of={all} order={order} /></> : <Empty icon={<Icon of={FileHeart} />} text={t("none")} />)}
        </Loaded>
      </div>
    </section>
  );
}

/** @param {{ order: Order, choose: (order: Order) => void }} props */
const Orders = ({ order, choose }) => (
  <div class="chips" role="group" aria-label={t("by")}>
    {/** @type {Order[]} */ (["category", "holder"]).map((one) => <button type="button" class="chip" key={one} aria-pressed={one === order} onClick={() => choose(one)}>{t(one)}</button>)}
  </div>
);

/** @param {{ of: Records, order: Order }} props */
function Groups({ of: all, order }) {
  const keyOf = (/** @type {RecordView} */ record) => (order === "category" ? record.category : isOwn(record) ? "self" : record.holder);
  const titleOf = (/** @type {RecordView} */ record) => (order === "category" ? categoryOf(record.category) : holderName(record, all.names));
  return <>{[...Map.groupBy(all.records, keyOf)].map(([key, records]) => <Group key={`${order} ${key}`} title={titleOf(records[0])} icon={order === "category" ? iconOf(key) : undefined} records={records} names={all.names} order={order} />)}</>;
}

/** @param {{ title: string, icon?: import("lucide").IconNode, records: RecordView[], names: Records["names"], order: Order }} props */
function Group({ title, icon, records, names, order }) {
  const [shown, setShown] = useState(SHOWN), rest = records.length - shown;
  return (
    <section class="group">
      <h3>{icon && <Icon of={icon} />} <Name of={title} /> <small>{t("count", { count: records.length })}</small></h3>
      <ul class="places">{records.slice(0, shown).map((record) => <Item key={record.record_id} of={record} title={order === "category" ? holderName(record, names) : categoryOf(record.category)} />)}</ul>
      {rest > 0 && <Button onClick={() => setShown(shown + SHOWN)}>{t("more", { count: Math.min(rest, SHOWN) })}</Button>}
    </section>
  );
}

/** @param {{ of: RecordView, title: string }} props */
const Item = ({ of: record, title }) => (
  <li>
    <a class={record.status} href={`/portal/records/${record.record_id}`}>
      <span class="grow"><strong><Name of={title} /></strong><small>{dayText(record.issued_at)}{record.same_as.length > 0 && ` · ${t("same", { count: record.same_as.length })}`}</small></span>
      <span class="marks">{isOwn(record) && <Badge tone="wait">{t("self")}</Badge>}{record.status !== "anchored" && <Badge tone={statusTone(record.status)}>{statusText(record.status)}</Badge>}</span>
    </a>
  </li>
);
