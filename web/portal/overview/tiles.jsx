// Requests that wait, and how many records of each kind there are.
import { FileHeart, Inbox } from "lucide";
import { Card } from "../../kit/card.jsx";
import { dayText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { iconOf } from "../grants/icons.js";
import { categoryOf } from "../vocabulary.js";

/** @import { CategoryCount } from "./overview" */
const SHOWN = 6;
const t = messages(
  { waits: "{count, plural, =1 {A request waits for your answer} other {# requests wait for your answer}}", answer: "Read and answer", records: "My records", newest: "newest of {day}", all: "All records" },
  { waits: "답변을 기다리는 요청 {count}건", answer: "읽고 답하기", records: "내 기록", newest: "최근 {day}", all: "모든 기록" },
);

/** @param {{ count: number }} props */
export const OpenRequests = ({ count }) =>
  count > 0 && <Card id="open-requests" tone="open" title={<><Icon of={Inbox} /> {t("waits", { count })}</>}><div class="actions"><a class="primary" href="/portal/requests">{t("answer")}</a></div></Card>;

/** @param {{ of: CategoryCount[] }} props */
export const RecordTiles = ({ of: counts }) =>
  counts.length > 0 && (
    <section class="group" id="record-tiles">
      <h3><Icon of={FileHeart} /> {t("records")}</h3>
      <div class="tiles">
        {[...counts].sort((one, other) => other.newest_issued_at - one.newest_issued_at).slice(0, SHOWN).map(({ category, records, newest_issued_at: newest }) => (
          <a key={category} class="tile" href="/portal/records"><Icon of={iconOf(category)} /> {categoryOf(category)}<strong>{records}</strong><small>{t("newest", { day: dayText(newest) })}</small></a>
        ))}
      </div>
      <div class="actions"><a class="quiet" href="/portal/records">{t("all")}</a></div>
    </section>
  );
