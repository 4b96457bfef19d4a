// The card of who asks: what the register on the chain says of them, what they say themselves, and what they did so far.
import { useState } from "preact/hooks";
import { Facts } from "../../kit/card.jsx";
import { distanceText, timeText } from "../../kit/dates.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { LookalikeMarks } from "../../kit/lookalike_marks.jsx";
import { messages } from "../../kit/messages.js";
import { Name } from "../../kit/sentence.jsx";
import { asPerson, get } from "../api.js";
import { fullDay } from "../grants/ends.js";
import { inLanguage, translate } from "../words.js";
import { partyOf, roleOf } from "./parties.js";

/** @import { ConsentRequest, Party, Relation, Whole } from "../answers" */
/** @import { Requests } from "../requests/requests.jsx" */
/** @import { Uses } from "../uses.js" */
const LAST_YEAR = 253_370_764_800; // the year 9999
const t = messages(
  {
    who: "Who asks", name: "Name", role: "Role", accredited: "Accredited", since: "since {since}, by the operator of this ledger, in the register on the chain", open: "by the operator of this ledger, in the register on the chain", not: "not now",
    until: "Accredited until", stated: "(stated by themselves)", asked: "Asked you", times: "{isMore, select, true {at least } other {}}{count, plural, one {once} other {# times}}", read: "Read your data",
    reads: "{isMore, select, true {at least } other {}}{count, plural, =0 {never} one {once} other {# times}}", last: "{text}, last {distance} ({at})", refused: "Refused", registration: "Registration", contact: "Contact", homepage: "Home page", technical: "Technical", address: "Address",
  },
  {
    who: "누가 요청하나요", name: "이름", role: "역할", accredited: "인증", since: "{since}부터, 이 원장의 운영자가 체인의 등록부에 등록", open: "이 원장의 운영자가 체인의 등록부에 등록", not: "현재 인증되지 않음",
    until: "인증 만료", stated: "(스스로 밝힌 내용)", asked: "나에게 요청한 횟수", times: "{isMore, select, true {최소 } other {}}{count}번", read: "내 데이터 열람",
    reads: "{isMore, select, true {최소 } other {}}{count, plural, =0 {없음} other {#번}}", last: "{text}, 마지막 {distance} ({at})", refused: "거절됨", registration: "등록·IRB 번호", contact: "연락처", homepage: "홈페이지", technical: "기술 정보", address: "주소",
  },
);

/** In a fold; what they did is counted once it is open. @param {{ request: ConsentRequest, all: Requests, isOpen?: boolean }} props */
export function Asker({ request, all, isOpen: isFirst = false }) {
  const [isOpen, setOpen] = useState(isFirst), party = partyOf(all.parties, request.requester);
  return (
    <>
      {party && <LookalikeMarks party={party} all={[...all.parties.values()]} />}
      <details class="asker" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t("who")}</summary>
        {isOpen && <AskerFacts request={request} all={all} />}
      </details>
    </>
  );
}

/** @param {{ request: ConsentRequest, all: Requests }} props */
function AskerFacts({ request, all: { parties } }) {
  const { requester, requester_name: name, reference, by_question: isQuestion } = request, party = partyOf(parties, requester), stated = party?.stated;
  const relation = useLoaded(() => /** @type {Promise<Relation>} */ (get(asPerson(`/me/parties/${requester}`))), [requester]);
  return (
    <>
      <Facts of={[
        [t("name"), <Name key="name" of={inLanguage(name || requester)} />],
        [t("role"), party?.roles.map(roleOf).join(", ") ?? ""],
        [t("accredited"), accreditation(party)],
        [t("until"), party && hasEnd(party.valid_until) ? fullDay(party.valid_until) : ""],
        [translate("reference"), !isQuestion && reference && <Stated text={reference} />],
        [t("registration"), stated?.registration && <Stated text={stated.registration} />],
        [t("contact"), stated?.contact && <Stated text={stated.contact} />],
        [t("homepage"), stated?.homepage && <Stated text={stated.homepage} />],
      ]} />
      <Loaded of={relation}>{(found) => <Relations relation={found} />}</Loaded>
      <details><summary>{t("technical")}</summary><Facts of={[[t("address"), <code key="address">{requester}</code>]]} /></details>
    </>
  );
}

/** What nobody has checked: text, never a link. @param {{ text: string }} props */
const Stated = ({ text }) => <><Name of={text} /> <small>{t("stated")}</small></>;

/** @param {{ relation: Relation }} props */
const Relations = ({ relation: { asked, reads } }) => (
  <Facts of={[
    [t("asked"), asked.total > 0 && t("times", { count: asked.total, isMore: String(!asked.complete) })],
    [t("read"), readText({ reads: reads.permitted, last: reads.permitted ? reads.last_at : 0, isMore: !reads.complete })],
    [t("refused"), reads.refused > 0 && t("times", { count: reads.refused, isMore: String(!reads.complete) })],
  ]} />
);

/** True for a time that is an end: beyond the calendar none is meant. @type {(until: Whole) => boolean} */
const hasEnd = (until) => Number(until) > 0 && Number(until) < LAST_YEAR;

/** @type {(party: Party | undefined) => string} */
function accreditation(party) {
  if (!party?.accredited) return t("not");
  return Number(party.valid_from) ? t("since", { since: fullDay(party.valid_from) }) : t("open");
}

/** How often something was read, and when last. @type {(uses: Pick<Uses, "reads" | "last" | "isMore">) => string} */
export function readText({ reads, last, isMore }) {
  const text = t("reads", { count: reads, isMore: String(isMore) });
  return reads ? t("last", { text, distance: distanceText(last), at: timeText(last) }) : text;
}
