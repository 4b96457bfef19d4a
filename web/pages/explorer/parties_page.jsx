// The accredited organisations: names, roles, since when and until when, and names that look like another's.
import { Badge, Facts } from "../../kit/card.jsx";
import { dayText } from "../../kit/dates.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { LookalikeMarks } from "../../kit/lookalike_marks.jsx";
import { language } from "../../kit/language.js";
import { messages } from "../../kit/messages.js";
import { WORDS } from "../status_words.js";
import { get } from "./answers.js";

/** @typedef {{ account: string, name: string, names: { en: string, ko: string }, roles: string[], valid_from: number, valid_until: number, accredited: boolean, listed_since: number | null, registry: string, stated: { contact: string, homepage: string, registration: string } | null }} Party */
const t = messages(
  {
    title: "Accredited organisations", help: "Each was accredited by the registrar of the contract {registry}. Only these can ask for data, issue it, or attest.", none: "None yet. Accredit one with: mydata party add",
    valid: "accredited", future: "from {day}", over: "ended on {day}", account: "Account", period: "Accredited", listed: "In the list since", open: "without an end", until: "until {day}", fromTo: "from {from}, {until}",
    stated: "They say of themselves, unchecked",
  },
  {
    title: "인증된 기관", help: "모두 컨트랙트 {registry}의 등록자가 인증했습니다. 이 기관들만 데이터를 요청하거나 발행하거나 증언할 수 있습니다.", none: "아직 없습니다. 인증하려면: mydata party add",
    valid: "인증됨", future: "{day}부터", over: "{day}에 끝남", account: "계정", period: "인증 기간", listed: "목록에 오른 날", open: "기한 없음", until: "{day}까지", fromTo: "{from}부터 {until}",
    stated: "기관이 스스로 밝힌 내용(확인되지 않음)",
  },
);

const LAST_YEAR = 253_370_764_800; // the year 9999: beyond it no end is meant

/** Every accredited organisation as a card. */
export function PartiesPage() {
  const parties = useLoaded(() => get("/parties"), []);
  return (
    <section aria-labelledby="parties-title">
      <h2 id="parties-title">{t("title")}</h2>
      <Loaded of={parties}>{(/** @type {Party[]} */ all) => <PartyCards all={all} />}</Loaded>
    </section>
  );
}

/** @param {{ all: Party[] }} props */
const PartyCards = ({ all }) => {
  if (!all.length) return <p>{t("none")}</p>;
  return <><p class="help">{t("help", { registry: all[0].registry })}</p><ul class="parties">{all.map((party) => <PartyCard key={party.account} party={party} all={all} />)}</ul></>;
};

/** @param {{ party: Party, all: Party[] }} props */
const PartyCard = ({ party, all }) => (
  <li>
    <h3><bdi>{party.names[language] ?? party.name}</bdi></h3>
    <p class="roles"><Standing party={party} /> {party.roles.map((role) => <span class="role" key={role}>{language === "ko" ? WORDS.ko.roles[role] ?? role : role}</span>)}</p>
    <LookalikeMarks party={party} all={all} />
    <Facts of={[[t("account"), <code key="account">{party.account}</code>], [t("period"), periodOf(party)], [t("listed"), party.listed_since ? dayText(party.listed_since) : ""], [t("stated"), statedBy(party)]]} />
  </li>
);

/** @param {{ party: Party }} props */
const Standing = ({ party }) => {
  if (party.accredited) return <Badge tone="good">{t("valid")}</Badge>;
  const isFuture = party.valid_from * 1000 > Date.now();
  return <Badge tone="bad">{isFuture ? t("future", { day: dayText(party.valid_from) }) : t("over", { day: dayText(party.valid_until) })}</Badge>;
};

/** @type {(party: Party) => string} */
function periodOf({ valid_from: from, valid_until: until }) {
  const end = until && until < LAST_YEAR ? t("until", { day: dayText(until) }) : t("open");
  return from ? t("fromTo", { from: dayText(from), until: end }) : end;
}

/** @type {(party: Party) => string} */
const statedBy = ({ stated }) => [stated?.contact, stated?.registration, stated?.homepage].filter(Boolean).join(" · ");
