// The accredited organisations: names, roles, since when and until when, and names that look like another's.
import { Badge, Facts } from "../../kit/card.jsx";
import { dayText } from "../../kit/dates.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { isMixed, lookalikesOf } from "../../kit/lookalikes.js";
import { language } from "../../kit/language.js";
import { messages } from "../../kit/messages.js";
import { WORDS } from "../status_words.js";
import { get } from "./answers.js";

/** @typedef {{ account: string, name: string, names: { en: string, ko: string }, roles: string[], valid_from: number, valid_until: number, accredited: boolean, listed_since: number | null, registry: string, stated: { contact: string, homepage: string, registration: string } | null }} Party */
const t = messages(
  {
    title: "Accredited organisations", help: "Each was accredited by the registrar of the contract {registry}. Only these can ask for data, issue it, or attest.", none: "None yet. Accredit one with: mydata party add",
    valid: "accredited", future: "from {day}", over: "ended on {day}", account: "Account", period: "Accredited", listed: "In the list since", open: "without an end", until: "until {day}", fromTo: "from {from}, {until}",
    similar: "Looks like {name} ({account}). Compare the accounts before you sign for either.", mixed: "A word of this name mixes letters of several alphabets.", stated: "They say of themselves, unchecked",
  },
  {
    title: "인증된 기관", help: "모두 컨트랙트 {registry}의 등록자가 인증했습니다. 이 기관들만 데이터를 요청하거나 발행하거나 증언할 수 있습니다.", none: "아직 없습니다. 인증하려면: mydata party add",
    valid: "인증됨", future: "{day}부터", over: "{day}에 끝남", account: "계정", period: "인증 기간", listed: "목록에 오른 날", open: "기한 없음", until: "{day}까지", fromTo: "{from}부터 {until}",
    similar: "{name}({account})과 비슷해 보이는 이름입니다. 서명하기 전에 계정을 비교해 주세요.", mixed: "이름의 한 낱말에 여러 문자가 섞여 있습니다.", stated: "기관이 스스로 밝힌 내용(확인되지 않음)",
  },
);

/** Every accredited organisation as a card. */
export function PartiesPage() {
  const parties = useLoaded(() => get("/parties"), []);
  return (
    <section aria-labelledby="parties-title">
      <h2 id="parties-title">{t("title")}</h2>
      <Loaded of={parties}>{(/** @type {Party[]} */ all) => <PartyCards all={all.map((party) => ({ ...party, shown: party.names[language] ?? party.name }))} />}</Loaded>
    </section>
  );
}

/** @param {{ all: (Party & { shown: string })[] }} props */
function PartyCards({ all }) {
  if (!all.length) return <p>{t("none")}</p>;
  const named = all.map(({ account, name, names, shown }) => ({ account, shown, names: [name, names.en, names.ko] }));
  return (
    <>
      <p class="help">{t("help", { registry: all[0].registry })}</p>
      <ul class="parties">{all.map((party, index) => <PartyCard key={party.account} party={party} similar={lookalikesOf(named[index], named)} />)}</ul>
    </>
  );
}

/** @param {{ party: Party & { shown: string }, similar: { account: string, shown: string }[] }} props */
const PartyCard = ({ party, similar }) => (
  <li>
    <h3><bdi>{party.shown}</bdi></h3>
    <p class="roles"><Standing party={party} /> {party.roles.map((role) => <span class="role" key={role}>{language === "ko" ? WORDS.ko.roles[role] ?? role : role}</span>)}</p>
    {similar.map(({ account, shown }) => <p class="warning" key={account}>{t("similar", { name: shown, account })}</p>)}
    {isMixed(party.name) && <p class="warning">{t("mixed")}</p>}
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
  const end = until ? t("until", { day: dayText(until) }) : t("open");
  return from ? t("fromTo", { from: dayText(from), until: end }) : end;
}

/** @type {(party: Party) => string} */
const statedBy = ({ stated }) => [stated?.contact, stated?.registration, stated?.homepage].filter(Boolean).join(" · ");
