// Who the organisation is by the register on the chain, what it may do here, and what it says about itself.
import { KeyRound } from "lucide";
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Facts, Fold } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { language } from "../../kit/language.js";
import { messages } from "../../kit/messages.js";
import { Section } from "../../kit/section.jsx";
import { Name } from "../../kit/sentence.jsx";
import { roleOf } from "../../portal/parties/parties.js";
import { fullDay } from "../../portal/grants/ends.js";
import { WORKSPACES, isFor, placeName } from "../destinations.js";
import { nameKey, presentParty, usePresent } from "../party.js";
import { StatedCard } from "./stated_card.jsx";

/** @import { Party } from "../../portal/answers" */
const LAST_YEAR = 253_370_764_800; // the year 9999
const t = messages(
  { title: "My organisation", intro: "What the register on the chain says, and what follows from it.", name: "Name", roles: "Roles", accredited: "Accredited", now: "now", not: "not now", from: "from {day}", until: "until {day}", open: "without an end",
    may: "What you may do here", key: "Key for records", has: "On chain: {key}", none: "There is none in the register: records can be opened in this page only.", opens: "This page opens records that are released to you.", closed: "After a reload this page has a new key. Sign once more, and it opens records again.", sign: "Sign once more",
    technical: "Technical", account: "Account", registry: "Register", read: "Each question of yours leaves a receipt that the person sees." },
  { title: "우리 기관", intro: "체인의 등록부에 적힌 내용과 그에 따라 할 수 있는 일입니다.", name: "이름", roles: "역할", accredited: "인증", now: "유효", not: "현재 인증되지 않음", from: "{day}부터", until: "{day}까지", open: "기한 없음",
    may: "여기서 할 수 있는 일", key: "기록 열람 키", has: "체인에 등록: {key}", none: "등록부에 키가 없습니다. 이 페이지에서만 기록을 열 수 있습니다.", opens: "이 페이지에서 허용된 기록을 열 수 있습니다.", closed: "페이지를 새로 열면 키도 새로 만들어집니다. 한 번 더 서명하면 다시 기록을 열 수 있습니다.", sign: "한 번 더 서명",
    technical: "기술 정보", account: "계정", registry: "등록부", read: "기관의 모든 요청에는 당사자가 볼 수 있는 확인서가 남습니다." },
);

/** The page. */
export function SelfPage() {
  usePresent();
  const party = presentParty();
  return (
    <Section title={t("title")} intro={t("intro")}>
      <Card title={<Name of={party.names[language]} />} badge={<Badge tone={party.accredited ? "good" : "bad"}>{party.accredited ? t("now") : t("not")}</Badge>}>
        <Facts of={[
          [t("name"), <span key="name"><Name of={party.names.en} /> · <Name of={party.names.ko} /></span>],
          [t("roles"), party.roles.map(roleOf).join(", ")],
          [t("accredited"), validity(party)],
          [t("may"), WORKSPACES.filter((place) => place.roles.length && isFor(place, party.roles)).map(placeName).join(", ")],
        ]} />
        <p class="help">{t("read")}</p>
        <Fold title={t("technical")}><Facts of={[[t("account"), <code key="account">{party.account}</code>], [t("registry"), <code key="registry">{party.registry}</code>]]} /></Fold>
      </Card>
      <KeyCard party={party} />
      <StatedCard party={party} />
    </Section>
  );
}

/** The keys with which records are opened. @param {{ party: Party }} props */
const KeyCard = ({ party: { encryption_key: key } }) => (
  <Card title={<><Icon of={KeyRound} /> {t("key")}</>}>
    <p class="own-key">{key.length > 2 ? t("has", { key: `${key.slice(0, 14)}…${key.slice(-6)}` }) : t("none")}</p>
    <PageKey />
  </Card>
);

/** Whether this page can open records, and the way there. */
export function PageKey() {
  const { opens } = usePresent();
  return opens ? <p class="help">{t("opens")}</p> : <><p>{t("closed")}</p><div class="actions"><Button id="name-key" kind="primary" onClick={nameKey}>{t("sign")}</Button></div></>;
}

/** @type {(party: Party) => string} */
function validity({ valid_from: from, valid_until: until }) {
  const start = Number(from) ? t("from", { day: fullDay(from) }) : "", end = Number(until) && Number(until) < LAST_YEAR ? t("until", { day: fullDay(until) }) : t("open");
  return `${start} ${end}`.trim();
}
