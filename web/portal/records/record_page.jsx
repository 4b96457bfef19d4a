// One record: where it comes from, its content, who may read it and who did.
import { ArrowLeft, ScrollText, Share2, Trash2 } from "lucide";
import { Badge, Card, Facts } from "../../kit/card.jsx";
import { dayText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Name } from "../../kit/sentence.jsx";
import { chosenWard } from "../acting.js";
import { pathOf } from "../timeline/timeline_page.jsx";
import { categoryOf } from "../vocabulary.js";
import { watched } from "../watched.js";
import { iconOf } from "../grants/icons.js";
import { Opening } from "./opened_record.jsx";
import { Readers } from "./readers.jsx";
import { holderName, isOwn, loadRecords, partyName, statusText, statusTone } from "./record_list.js";

/** @import { RecordView } from "../answers" */
/** @import { Records } from "./record_list.js" */
const t = messages(
  { back: "All records", none: "There is no such record here.", source: "From", issued: "Issued", period: "About the time", same: "The same content", replaced: "There is a newer version of this record.", erased: "The content of this record is erased. What stays is that it existed.",
    self: "self-declared", actions: "This record", who: "Who read it", share: "Share", erase: "Erase", id: "Record id", technical: "Technical details" },
  { back: "모든 기록", none: "이 기록이 없습니다.", source: "발급 기관", issued: "발급일", period: "기록 기간", same: "같은 내용", replaced: "이 기록의 새 버전이 있습니다.", erased: "이 기록의 내용은 삭제되었습니다. 기록이 있었다는 사실만 남습니다.",
    self: "본인 제출", actions: "이 기록", who: "누가 열람했나", share: "공유", erase: "삭제", id: "기록 번호", technical: "기술 정보" },
);

/** The page of the record whose id is in the address. @param {{ id?: string }} props */
export function RecordPage({ id = "" }) {
  const records = useLoaded(watched(loadRecords), [id]);
  return (
    <section aria-label={t("actions")}>
      <p><a class="back" href="/portal/records"><Icon of={ArrowLeft} size={16} /> {t("back")}</a></p>
      <Loaded of={records}>
        {({ records: all, names }) => {
          const record = all.find(({ record_id: one }) => one === id.toLowerCase());
          return record ? <RecordCard key={id} of={record} all={all} names={names} /> : <p class="none">{t("none")}</p>;
        }}
      </Loaded>
    </section>
  );
}

/** @param {{ of: RecordView, all: RecordView[], names: Records["names"] }} props */
const RecordCard = ({ of: record, all, names }) => (
  <>
    <Card id="record" title={<><Icon of={iconOf(record.category)} /> {categoryOf(record.category)}</>} badge={<span class="marks">{isOwn(record) && <Badge tone="wait">{t("self")}</Badge>}<Badge tone={statusTone(record.status)}>{statusText(record.status)}</Badge></span>}>
      <Facts of={[[t("source"), <Name key="source" of={holderName(record, names)} />], [t("issued"), dayText(record.issued_at)], [t("period"), periodText(record)], [t("same"), record.same_as.length > 0 && <SameContent of={record} all={all} names={names} />]]} />
      {record.status === "superseded" && <p class="help">{t("replaced")}</p>}
      {record.status === "erased" ? <p class="help">{t("erased")}</p> : <Opening of={record} holder={holderName(record, names)} />}
    </Card>
    <div class="actions">
      <a class="quiet" href={pathOf({ record: record.record_id })}><Icon of={ScrollText} /> {t("who")}</a>
      {!chosenWard() && record.status !== "erased" && <><a class="quiet" href="/portal/links"><Icon of={Share2} /> {t("share")}</a><a class="danger" href={`/portal/erase/${record.record_id}`}><Icon of={Trash2} /> {t("erase")}</a></>}
    </div>
    {!chosenWard() && record.status !== "erased" && <Readers of={record} />}
    <details class="technical"><summary>{t("technical")}</summary><Facts of={[[t("id"), <code key="id">{record.record_id}</code>], [t("source"), <code key="holder">{record.holder}</code>]]} /></details>
  </>
);

/** Where else the same content came from. @param {{ of: RecordView, all: RecordView[], names: Records["names"] }} props */
const SameContent = ({ of: { same_as: others }, all, names }) => (
  <ul class="plain-list">
    {others.map(({ record_id: id, holder }) => {
      const other = all.find(({ record_id: one }) => one === id);
      return <li key={id}><a href={`/portal/records/${id}`}><Name of={other ? holderName(other, names) : partyName(holder, names)} /></a></li>;
    })}
  </ul>
);

/** @type {(record: RecordView) => string} */
function periodText({ data_from: from, data_until: until }) {
  const [start, end] = [from, until].map((time) => (Number(time) ? dayText(time) : ""));
  return start === end ? start : `${start || "…"} – ${end || "…"}`;
}
