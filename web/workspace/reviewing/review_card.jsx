// One item of a review queue: who did what about whom, by when it is to be examined, and the verdict.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Facts, Fold } from "../../kit/card.jsx";
import { distanceText, timeText } from "../../kit/dates.js";
import { messages } from "../../kit/messages.js";
import { Name } from "../../kit/sentence.jsx";
import { get } from "../../portal/api.js";
import { partyName, shortAddress } from "../../portal/parties/parties.js";
import { categoryOf } from "../../portal/vocabulary.js";
import { presentParty } from "../party.js";
import { isOverdue, stateName } from "./queues.js";
import { VerdictForm } from "./verdict_form.jsx";

/** @import { Parties } from "../../portal/parties/parties.js" */
/** @import { Item } from "./queues.js" */
const TONE = /** @type {Record<string, "good" | "bad" | "wait">} */ ({ waiting: "wait", justified: "good", unjustified: "bad", upheld: "bad", dismissed: "good" });
const t = messages(
  { overdue: "past its deadline", due: "Verdict by", who: "Who", number: "Incident number", why: "Their reason", words: "What the person says", noWords: "They gave no reason.", person: "Person", open: "Open until", extension: "This is an extension, with a reason of its own.", about: "About", at: "When", by: "Filed by a delegate", read: "What was read", show: "Show what was read", nothing: "Nothing was read under it.", times: "{category}: {count, plural, one {once} other {# times}}", partial: "Too much happened since then to count all of it.", verdict: "Verdict", reason: "Reason", reviewer: "Reviewer", given: "Given", own: "Your own organisation did this, so somebody else gives the verdict.", technical: "Technical", id: "Item", position: "Line in the log",
    AccessReceipt: "a question about {category}", Incident: "a declared emergency", IncidentExtension: "an extended emergency" },
  { overdue: "기한 지남", due: "판정 기한", who: "누가", number: "사건 번호", why: "밝힌 이유", words: "당사자의 말", noWords: "이유를 적지 않았습니다.", person: "당사자", open: "열린 기간", extension: "연장이며, 별도의 이유가 있습니다.", about: "대상", at: "언제", by: "대리인이 제기", read: "열람한 내용", show: "열람한 내용 보기", nothing: "이 사건으로 열람한 것이 없습니다.", times: "{category}: {count}회", partial: "이후 기록이 너무 많아 모두 세지는 못했습니다.", verdict: "판정", reason: "이유", reviewer: "심사자", given: "판정한 때", own: "우리 기관이 한 일이므로 다른 심사자가 판정합니다.", technical: "기술 정보", id: "항목", position: "로그 번호",
    AccessReceipt: "{category}에 대한 요청", Incident: "응급 상황 선언", IncidentExtension: "응급 상황 연장" },
);

/** @param {{ of: Item, parties: Parties, reload: () => Promise<void> }} props */
export function ReviewCard({ of: item, parties, reload }) {
  const { state, due, said, party, queue } = item, isLate = isOverdue(item), isWaiting = state === "waiting", isOwn = party.toLowerCase() === presentParty().account.toLowerCase();
  const badge = <>{isLate && <Badge tone="bad">{t("overdue")}</Badge>}<Badge tone={TONE[state]}>{stateName(state)}</Badge></>;
  return (
    <Card title={<Name of={partyName(parties, party)} />} badge={badge} tone={isLate ? "alarm" : isWaiting ? "open" : ""}>
      <Facts of={[
        [t("due"), isWaiting && `${timeText(due)} (${distanceText(due)})`], [t("number"), said.incident_number], [t("about"), aboutOf(item)], [t("at"), said.at && timeText(said.at)],
        [t("open"), said.until && timeText(said.until)], [queue === "complaint" ? t("words") : t("why"), said.reason ? <bdi>{said.reason}</bdi> : queue === "complaint" && t("noWords")],
        [t("by"), said.by && shortAddress(said.by)], [t("person"), shortAddress(item.data_subject)],
      ]} />
      {said.extends && <p class="help">{t("extension")}</p>}
      {queue === "break-glass" && <Reads id={item.review_id} />}
      <Given of={item} parties={parties} />
      {isWaiting && (isOwn ? <p class="help">{t("own")}</p> : <VerdictForm of={item} reload={reload} />)}
      <Fold title={t("technical")}><Facts of={[[t("id"), <code key="id">{item.review_id}</code>], [t("person"), <code key="person">{item.data_subject}</code>], [t("who"), <code key="who">{party}</code>], [t("position"), said.position]]} /></Fold>
    </Card>
  );
}

/** The verdict with its reason, where there is one. @param {{ of: Item, parties: Parties }} props */
const Given = ({ of: { state, verdict }, parties }) => (verdict.reason ? <Facts class="verdict" of={[[t("verdict"), stateName(state)], [t("reason"), <bdi key="reason">{verdict.reason}</bdi>], [t("reviewer"), verdict.reviewer && partyName(parties, verdict.reviewer)], [t("given"), verdict.decided_at && timeText(verdict.decided_at)]]} /> : null);

/** What was read under an incident, by category, once it is asked for. @param {{ id: string }} props */
function Reads({ id }) {
  const [reads, setReads] = useState(/** @type {{ categories: Record<string, number>, complete: boolean } | null} */ (null));
  if (!reads) return <div class="actions"><Button class="reads" onClick={async () => setReads(await get(`/reviews/break-glass/${id}/reads`))}>{t("show")}</Button></div>;
  const lines = Object.entries(reads.categories).map(([code, count]) => t("times", { category: categoryOf(code), count }));
  return <div class="read"><Facts of={[[t("read"), lines.length ? <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul> : t("nothing")]]} />{!reads.complete && <p class="help">{t("partial")}</p>}</div>;
}

/** What a complaint is about. @type {(item: Item) => string} */
const aboutOf = ({ said: { kind, category } }) => (kind === "AccessReceipt" || kind === "Incident" || kind === "IncidentExtension" ? t(kind, { category: categoryOf(category ?? "") }) : "");
