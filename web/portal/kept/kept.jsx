// What others must delete and when, and what the person asked to be sent: one page.
import { FileX2, Send } from "lucide";
import { Badge, Card, Empty, Facts, Fold } from "../../kit/card.jsx";
import { Button } from "../../kit/button.jsx";
import { dayText, distanceText, timeText } from "../../kit/dates.js";
import { saveJson } from "../../kit/files.js";
import { Icon } from "../../kit/icon.jsx";
import { language } from "../../kit/language.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Section } from "../../kit/section.jsx";
import { Name, Sentence, isolated } from "../../kit/sentence.jsx";
import { get, pages } from "../api.js";
import { loadParties, partyName } from "../parties/parties.js";
import { nameOf } from "../words.js";

/** @import { Parties } from "../parties/parties.js" */
/** @import { Retention, TransferView } from "../personal_answers" */
const PAGE = 200;
const t = messages(
  {
    title: "Kept copies and transfers", back: "More", intro: "Who must delete what, and when; and what you asked a holder to send to somebody.",
    copies: "What must be deleted", none: "No consent of yours has a day by which its data must be deleted.", past: "Deleted or replaced ({count})", until: "To be deleted by", state: "State", planned: "planned", reminded: "readers are reminded", deleted: "deleted here", replaced: "a later version of the consent holds",
    readers: "Who was given copies", stated: "{name} says that its copies are deleted ({time}).", open: "{name} has not said yet that its copies are deleted.", records: "{count, plural, one {one record} other {# records}}", receipt: "Save the receipt of the deletion", note: "What a reader copied lies with them: the law and your consent bind them, this ledger reminds them and records what they say.",
    transfers: "What I asked to be sent", noTransfers: "You have asked for no transfer.", ends: "Until", end: "To end it, withdraw the consent", active: "active", pending: "not on chain yet",
  },
  {
    title: "보관 중인 사본과 전송요구", back: "더보기", intro: "누가 무엇을 언제까지 파기해야 하는지, 내가 어디로 전송을 요구했는지 보여 드립니다.",
    copies: "파기해야 할 것", none: "파기 기한이 있는 동의가 없습니다.", past: "파기했거나 바뀐 것 ({count})", until: "파기 기한", state: "상태", planned: "예정", reminded: "받은 곳에 알림", deleted: "여기에서 파기함", replaced: "동의의 새 버전이 적용됨",
    readers: "사본을 받은 곳", stated: "{name}[이/가] 사본을 파기했다고 밝혔습니다 ({time}).", open: "{name}[은/는] 아직 사본을 파기했다고 밝히지 않았습니다.", records: "기록 {count}건", receipt: "파기 확인서 저장", note: "받은 곳에 있는 사본은 법과 동의에 따라 그곳이 파기해야 합니다. 이 원장은 기한을 알리고 그곳이 밝힌 내용을 기록합니다.",
    transfers: "내가 요구한 전송", noTransfers: "전송을 요구한 것이 없습니다.", ends: "이용 기간(~까지)", end: "끝내려면 동의를 철회하세요", active: "유효", pending: "체인 기록 중",
  },
);

/** @type {() => Promise<{ retentions: Retention[], transfers: TransferView[], parties: Parties }>} */
async function load() {
  const retentions = pages("/me/retentions", (/** @type {Retention} */ one) => one.deadline_id, PAGE);
  return { retentions: await retentions, transfers: await get("/me/transfers"), parties: await loadParties() };
}

/** The page of kept copies and transfers. */
export function Kept() {
  const loaded = useLoaded(load, []);
  return (
    <Section id="kept" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      <Loaded of={loaded}>
        {({ retentions, transfers, parties }) => (
          <>
            <h3>{t("copies")}</h3>
            <Retentions all={retentions} parties={parties} />
            <h3>{t("transfers")}</h3>
            {transfers.length ? transfers.map((one, number) => <TransferCard key={`${one.entry} ${number}`} of={one} />) : <Empty icon={<Icon of={Send} />} text={t("noTransfers")} />}
          </>
        )}
      </Loaded>
    </Section>
  );
}

/** @param {{ all: Retention[], parties: Parties }} props */
function Retentions({ all, parties }) {
  const open = all.filter(({ state }) => state === "planned" || state === "reminded"), past = all.filter((one) => !open.includes(one));
  const card = (/** @type {Retention} */ one) => <RetentionCard key={one.deadline_id} of={one} parties={parties} />;
  return (
    <>
      {open.length ? open.map(card) : <Empty icon={<Icon of={FileX2} />} text={t("none")} />}
      {all.length > 0 && <p class="help">{t("note")}</p>}
      {past.length > 0 && <Fold title={t("past", { count: past.length })}>{past.map(card)}</Fold>}
    </>
  );
}

/** @param {{ of: Retention, parties: Parties }} props */
const RetentionCard = ({ of: { grantee, until, state, readers, statement, signature }, parties }) => (
  <Card title={<Name of={nameOf(grantee, partyName(parties, grantee))} />} tone={state === "deleted" ? "" : "active"} badge={<Badge tone={state === "deleted" ? "good" : "wait"}>{t(state)}</Badge>}>
    <Facts of={[[t("until"), `${dayText(Number(until))} (${distanceText(until)})`]]} />
    {readers.length > 0 && <h3>{t("readers")}</h3>}
    <ul class="meaning">
      {readers.map(({ account, name, records, stated_at: stated }) => (
        <li key={account}><Sentence text={Number(stated) ? t("stated", { name: isolated(nameOf(account, name)), time: timeText(stated) }) : t("open", { name: isolated(nameOf(account, name)) })} /> {t("records", { count: records.length })}</li>
      ))}
    </ul>
    {statement && <div class="actions"><Button onClick={() => saveJson("deletion.json", { statement, signature })}>{t("receipt")}</Button></div>}
  </Card>
);

/** @param {{ of: TransferView }} props */
const TransferCard = ({ of: { entry, recipient, recipient_name: name, ends, status, words } }) => (
  <Card title={<Name of={nameOf(recipient, name)} />} tone="active" badge={<Badge tone={status === "active" ? "good" : "wait"}>{t(status === "active" ? "active" : "pending")}</Badge>}>
    <p><bdi>{words[language]}</bdi></p>
    <Facts of={[[t("ends"), `${dayText(Number(ends) - 1)} (${distanceText(ends)})`]]} />
    <p><a href={`/portal/consents/${entry}`}>{t("end")}</a></p>
  </Card>
);
