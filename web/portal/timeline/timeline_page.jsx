// Every question about the person's data: by day and party, the newest first, with filters.
import { useLocation } from "preact-iso";
import { ScrollText } from "lucide";
import { Empty } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Pages, usePages } from "../../kit/paging.jsx";
import { Sentence } from "../../kit/sentence.jsx";
import { asPerson, get, pages } from "../api.js";
import { useOwnLists } from "../live.js";
import { watched } from "../watched.js";
import { Complaints } from "./complaint.jsx";
import { DayView } from "./day.jsx";
import { daysOf } from "./groups.js";
import { askerOf } from "./sentences.js";

/** @import { Access, Complaint } from "../answers" */
/** @typedef {keyof typeof FILTERS} Filter */
const PAGE = 50, MOST_EMPTY = 5;
/** The parameters of each choice of lines. */
const FILTERS = { all: "", refused: "&only=refused", emergency: "&only=emergency", others: "&own=false" };
const ALL = /** @type {Filter[]} */ (Object.keys(FILTERS));
const t = messages(
  { title: "Who asked about me", all: "All", refused: "Refused", emergency: "Emergencies", others: "Others only", filter: "Which lines", only: "Only {name}", record: "Only one record", everyone: "Show everyone",
    none: "Nobody has asked about your data yet. Each question will stand here, the refused ones too.", noneOf: "There is nothing of this kind." },
  { title: "조회 기록", all: "전체", refused: "거절됨", emergency: "응급", others: "다른 사람만", filter: "표시할 내역", only: "{name}만 보기", record: "기록 하나만 보기", everyone: "모두 보기",
    none: "아직 내 데이터를 조회한 곳이 없습니다. 거절된 것까지 모든 조회가 여기에 남습니다.", noneOf: "해당하는 내역이 없습니다." },
);

/** The page. */
export function Timeline() {
  const { query } = useLocation(), only = ALL.find((filter) => filter === query.only) ?? "all", party = accountIn(query.party, 40, 168), record = accountIn(query.record, 64, 64);
  const lines = usePages(watched((/** @type {number | null} */ before) => pageOf(before, only, party, record)), [only, party, record]);
  const complaints = useLoaded(watched(() => pages("/me/complaints", (/** @type {Complaint} */ complaint) => complaint.review_id, 200)), []);
  useOwnLists("timeline", lines.refresh);
  const isFiltered = only !== "all" || Boolean(party) || Boolean(record);
  return (
    <section aria-labelledby="page-title">
      <h2 id="page-title" tabIndex={-1}>{t("title")}</h2>
      <div class="chips" role="group" aria-label={t("filter")}>
        {ALL.map((filter) => <a key={filter} class="chip" href={pathOf({ only: filter, party, record })} aria-current={filter === only ? "true" : undefined}>{t(filter)}</a>)}
      </div>
      {(party || record) && <Narrowed name={party && nameIn(lines.items, party)} back={pathOf({ only })} />}
      <div id="timeline">
        <Complaints.Provider value={complaints}>
          <Pages of={lines}>
            {(all) => (all.length ? daysOf(all).map((day) => <DayView key={day.day} of={day} />) : !lines.hasMore && <Empty icon={<Icon of={ScrollText} />} text={t(isFiltered ? "noneOf" : "none")} />)}
          </Pages>
        </Complaints.Provider>
      </div>
    </section>
  );
}

/** What the page is narrowed to, and the way back. @param {{ name: string, back: string }} props */
const Narrowed = ({ name, back }) => (
  <p class="narrowed"><span>{name ? <Sentence text={t("only", { name })} /> : t("record")}</span> <a href={back}>{t("everyone")}</a></p>
);

/** The address of the page with a filter. @type {(filter: { only?: string, party?: string, record?: string }) => string} */
export function pathOf({ only = "all", party, record }) {
  const query = new URLSearchParams({ ...(only !== "all" && { only }), ...(party && { party }), ...(record && { record }) }).toString();
  return `/portal/timeline${query && `?${query}`}`;
}

/** Hex of that many digits in an address of the page; empty for anything else. @type {(text: string | undefined, least: number, most: number) => string} */
const accountIn = (text, least, most) => (text && new RegExp(`^0x[0-9a-fA-F]{${least},${most}}$`).test(text) ? text : "");

/** @type {(lines: Access[] | undefined, party: string) => string} */
function nameIn(lines, party) {
  const line = lines?.find(({ requester }) => requester.toLowerCase() === party.toLowerCase());
  return line ? askerOf(line.requester, line.requester_name) : "…";
}

/** A page of lines. The server may give an empty page of a filter with more behind it. @type {(before: number | null, only: Filter, party: string, record: string) => Promise<{ items: Access[], next: number | null }>} */
async function pageOf(before, only, party, record) {
  const narrowed = `${FILTERS[only]}${party && `&party=${party}`}${record && `&record=${record}`}`;
  /** @type {Access[]} */
  let items = [];
  let next = before;
  for (let asked = 0; asked < MOST_EMPTY; asked++) {
    const page = await get(asPerson(`/me/timeline?limit=${PAGE}${next === null ? "&order=newest" : `&before=${next}`}${narrowed}`));
    items = page.accesses;
    next = page.next;
    if (items.length || next === null) break;
  }
  return { items, next };
}
