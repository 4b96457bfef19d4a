// What was answered to a request, from the consent that was signed: ✓ what was granted, ✗ what was not.
import { Badge } from "../../kit/card.jsx";
import { timeText } from "../../kit/dates.js";
import { messages } from "../../kit/messages.js";
import { Answered } from "../grants/categories.jsx";
import { clausesOf } from "../grants/clauses.js";
import { Details } from "../grants/details.jsx";
import { answerTo, isNarrower } from "../grants/difference.js";
import { lastDay } from "../grants/ends.js";
import { periodText } from "../grants/sentence.js";
import { partyName } from "../parties/parties.js";
import { purposeOf } from "../vocabulary.js";
import { actionOf, conditionsOf, translate } from "../words.js";

/** @import { ConsentRequest } from "../answers" */
/** @import { Answer } from "../grants/difference.js" */
/** @import { Requests } from "./requests.jsx" */
const t = messages(
  {
    title: "Your answer, {at}", signed: "What you signed", open: "See this consent", ended: "This consent does not hold any more:", purposes: "What for", actions: "They may",
    until: "Only {until}.", records: "Only {count, plural, one {one record} other {# records}} that you chose.", period: "Only data{period}.", conditions: "Only under these conditions: {conditions}.",
    part: "Where a dash stands, only a part of it was allowed; what you signed says which.",
  },
  {
    title: "내 답변, {at}", signed: "서명한 내용", open: "이 동의 보기", ended: "이 동의는 더 이상 유효하지 않습니다:", purposes: "목적", actions: "이용 방법",
    until: "{until}만 허용했습니다.", records: "고른 기록 {count}건만 허용했습니다.", period: "{period} 데이터만 허용했습니다.", conditions: "다음 조건에서만 허용했습니다: {conditions}.",
    part: "줄표가 있는 항목은 일부만 허용했습니다. 무엇인지는 서명한 내용에 있습니다.",
  },
);
const LIVE = ["active", "pending"];

/** @param {{ request: ConsentRequest, all: Requests }} props */
export function AnswerGiven({ request, all: { consents, parties } }) {
  const consent = consents.find(({ entry }) => entry === request.consent), holderOf = (/** @type {string} */ account) => partyName(parties, account);
  if (!consent) return null;
  return (
    <div class="step answer-given">
      <h4>{t("title", { at: timeText(consent.signed_at) })}</h4>
      {clausesOf(request.grants).map((asked, number) => <Difference key={number} answer={answerTo(asked, consent.grants)} holderOf={holderOf} />)}
      {!LIVE.includes(consent.status) && <p>{t("ended")} <Badge tone="wait">{translate(consent.status)}</Badge></p>}
      <Details grants={consent.grants} title={t("signed")} holderOf={holderOf} />
      <p><a href={`/portal/consents/${consent.entry}`}>{t("open")}</a></p>
    </div>
  );
}

/** @param {{ answer: Answer, holderOf: (account: string) => string }} props */
function Difference({ answer, holderOf }) {
  const { categories, purposes, actions } = answer, isPart = [...categories, ...purposes, ...actions].some((line) => line.answer === "part");
  const isMixed = (/** @type {Answer["purposes"]} */ lines) => lines.some((line) => line.answer !== "yes") && categories.some((line) => line.answer !== "no");
  return (
    <div class="difference">
      <Answered lines={categories} />
      {isMixed(purposes) && <><strong>{t("purposes")}</strong><Answered lines={purposes} nameOf={purposeOf} /></>}
      {isMixed(actions) && <><strong>{t("actions")}</strong><Answered lines={actions} nameOf={actionOf} /></>}
      {isNarrower(answer) && boundsText(answer, holderOf).map((line) => <p key={line}>{line}</p>)}
      {isPart && <p class="help">{t("part")}</p>}
    </div>
  );
}

/** @type {(answer: Answer, holderOf: (account: string) => string) => string[]} */
const boundsText = ({ until, records, period, conditions }, holderOf) => [
  until === undefined ? "" : t("until", { until: lastDay(until) }),
  records === undefined ? "" : t("records", { count: records }),
  period ? t("period", { period: periodText(period) }) : "",
  conditions.length ? t("conditions", { conditions: conditionsOf(conditions, holderOf) }) : "",
].filter(Boolean);
