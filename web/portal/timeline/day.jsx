// One day of the timeline: a card for each party, and what the person read themselves in one line.
import { Eye, Filter, Siren, UserRound } from "lucide";
import { useState } from "preact/hooks";
import { clockText, dayDistanceText, dayText, startOfDay } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { Sentence } from "../../kit/sentence.jsx";
import { chosenWard } from "../acting.js";
import { reachOf } from "../vocabulary.js";
import { isReceipt } from "./groups.js";
import { Line } from "./line.jsx";
import { facetSentence, isPerson, lineSentence } from "./sentences.js";
import { pathOf } from "./timeline_page.jsx";

/** @import { Access } from "../answers" */
/** @import { Day, Facet, Group } from "./groups.js" */
/** @typedef {Exclude<Access, { kind: "AccessReceipt" }>} Emergency */
const SHOWN = 50;
const t = messages(
  { lines: "{count, plural, =1 {Details} other {# lines}}", own: "You read your own data ({count, plural, =1 {once} other {# times}})", ownOf: "Read by this person or for them ({count, plural, =1 {once} other {# times}})", filter: "Only this party", rest: "Show {count} more" },
  { lines: "{count, plural, =1 {자세히} other {#건 자세히}}", own: "내가 내 데이터를 열람함 ({count}회)", ownOf: "본인 또는 대리인이 열람함 ({count}회)", filter: "이 기관만 보기", rest: "{count}건 더 보기" },
);

/** @param {{ of: Day }} props */
export const DayView = ({ of: { day, groups, own } }) => (
  <section class="day">
    <h3>{dayText(startOfDay(day))} <span class="when">{dayDistanceText(day)}</span></h3>
    {groups.map((group) => <GroupCard key={group.requester} of={group} />)}
    {own.length > 0 && <Lines class="own" title={<><Icon of={UserRound} size={16} /> {t(chosenWard() ? "ownOf" : "own", { count: own.length })}</>} of={own} />}
  </section>
);

/** What one party did on the day. @param {{ of: Group }} props */
function GroupCard({ of: { requester, name, lines, facets, isAlarm } }) {
  const emergencies = lines.filter((line) => !isReceipt(line)), times = [lines.at(-1), lines[0]].map((line) => clockText(line?.accepted_at ?? 0));
  return (
    <article class={`card party ${isAlarm ? "alarm" : ""}`}>
      {emergencies.map((line) => <EmergencyFact key={line.position} of={/** @type {Emergency} */ (line)} />)}
      {facets.map((facet) => <FacetFact key={JSON.stringify(facet)} of={facet} text={facetSentence(facet, requester, name)} />)}
      <p class="when">{[...new Set(times)].join(" – ")} {!isPerson(requester) && <a class="plain" href={pathOf({ party: requester })} aria-label={t("filter")} title={t("filter")}><Icon of={Filter} size={16} /></a>}</p>
      <Lines title={t("lines", { count: lines.length })} of={lines} />
    </article>
  );
}

/** @param {{ of: Emergency }} props */
function EmergencyFact({ of: line }) {
  const { message } = line.document, until = line.kind === "Incident" ? line.document.message.expires : line.document.message.until;
  return (
    <div class="fact">
      <Icon of={Siren} />
      <div>
        <h4><Sentence text={lineSentence(line)} /></h4>
        <p><bdi>{"incidentNumber" in message ? `${message.incidentNumber} · ` : ""}{message.reason}</bdi></p>
        <p class="help">{reachOf(line.accepted_at, until, line.kind === "IncidentExtension")}</p>
      </div>
    </div>
  );
}

/** @param {{ of: Facet, text: string }} props */
const FacetFact = ({ of: { permitted }, text }) => (
  <div class="fact"><span class={permitted ? "good" : "bad"}>{permitted ? <Icon of={Eye} /> : <b aria-hidden="true">✗</b>}</span><h4><Sentence text={text} /></h4></div>
);

/** Lines that are made when they are opened, so that a day of thousands stays quick. @param {{ title: preact.ComponentChildren, of: Access[], class?: string }} props */
function Lines({ title, of: lines, class: more }) {
  const [isOpen, setOpen] = useState(false), [shown, setShown] = useState(SHOWN), rest = lines.length - shown;
  return (
    <details class={more} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && <ul class="lines">{lines.slice(0, shown).map((line) => <Line key={line.position} of={line} />)}</ul>}
      {isOpen && rest > 0 && <button type="button" class="quiet" onClick={() => setShown(shown + SHOWN)}>{t("rest", { count: rest })}</button>}
    </details>
  );
}
