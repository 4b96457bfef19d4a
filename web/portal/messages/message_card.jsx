// One message, or several that say the same on a day.
import { ArrowRight } from "lucide";
import { clockText, timeText } from "../../kit/dates.js";
import { Badge } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { Sentence } from "../../kit/sentence.jsx";
import { categoryOf, purposeOf } from "../vocabulary.js";
import { eventIcon, isAlarm, leadOf, messageSentence } from "./event_texts.js";

/** @import { Message, Review } from "../answers" */
const t = messages(
  { request: "See the request", consents: "See my consents", timeline: "See who asked", record: "See the record", links: "See my links", export: "Export it yourself", delegates: "See who acts for me", hospitals: "See my hospitals", kept: "See what is kept", why: "You got this because your consent lets them contact you. To end that, withdraw it under Consents.",
    reads: "records read: {reads}, last at {last}", verdict: "What the reviewers found", waiting: "a reviewer will examine it", justified: "justified", unjustified: "not justified", times: "{count} times" },
  { request: "요청 보기", consents: "내 동의 보기", timeline: "조회 기록 보기", record: "기록 보기", links: "내 링크 보기", export: "직접 내려받기", delegates: "대리인 보기", hospitals: "내 병원 보기", kept: "보관 현황 보기", why: "내 동의가 연락을 허용하여 받은 메시지입니다. 더 받지 않으려면 ‘동의’에서 철회하세요.",
    reads: "열람한 기록 {reads}건, 마지막 {last}", verdict: "심사 결과", waiting: "심사 예정", justified: "정당함", unjustified: "정당하지 않음", times: "{count}회" },
);

/** @param {{ of: Message[], review?: Review }} props */
export function MessageCard({ of: all, review }) {
  const [message] = all, { event, at: time, text, consents } = message, lead = leadOf(message), facts = factsOf(message, review);
  return (
    <li class={`card message ${isAlarm(event) ? "alarm" : ""}`}>
      <div class="fact">
        <Icon of={eventIcon(event)} />
        <div class="grow">
          <div class="top"><h4><Sentence text={messageSentence(message)} /></h4><span class="when">{all.length > 1 && <Badge>{t("times", { count: all.length })}</Badge>} {clockText(time)}</span></div>
          {text && <p><bdi>{text}</bdi></p>}
          {facts.length > 0 && <p>{facts.map((fact, index) => <span key={index}>{index > 0 && " · "}<bdi>{fact}</bdi></span>)}</p>}
          {review && <p>{t("verdict")}: {t(review.state)}{review.verdict.reason && <> (<bdi>{review.verdict.reason}</bdi>)</>}</p>}
          {consents.length > 0 && <p class="help">{t("why")}</p>}
          {lead && <a class="lead" href={lead.path}>{t(lead.word)} <Icon of={ArrowRight} size={16} /></a>}
        </div>
      </div>
    </li>
  );
}

/** @type {(message: Message, review?: Review) => string[]} */
const factsOf = ({ detail }, review) => [
  detail.category && categoryOf(detail.category), detail.for && purposeOf(detail.for), detail.incident_number, review?.said.reason, detail.reads && t("reads", { reads: detail.reads, last: timeText(Number(detail.last_read)) }),
].flatMap((fact) => fact || []);
