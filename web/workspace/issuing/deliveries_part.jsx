// What people ask the holder to send, what the holder announces, and which notices of the ledger reached it.
import { Send } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Empty } from "../../kit/card.jsx";
import { distanceText, timeText } from "../../kit/dates.js";
import { Field } from "../../kit/form.jsx";
import { Icon } from "../../kit/icon.jsx";
import { useLive } from "../../kit/live.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { Name } from "../../kit/sentence.jsx";
import { pages, post } from "../../portal/api.js";
import { lastDay } from "../../portal/grants/ends.js";
import { shortAddress } from "../../portal/parties/parties.js";
import { categoryOf } from "../../portal/vocabulary.js";

/** @import { Whole } from "../../portal/answers" */
/** @import { Delivery } from "../../portal/personal_answers" */
/** @typedef {{ transfer_id: string, data_subject: string, recipient: string, recipient_name: string, categories: string[], frequency: string[], ends: Whole, status: string }} AskedTransfer */
const TRANSFERS = 100, NOTICES = 200, SHOWN = 50, TONE = /** @type {const} */ ({ delivered: "good", pending: "wait", dead: "bad" });
const t = messages(
  { transfers: "Transfers that people ask of you", noTransfers: "Nobody asks you to send data now.", to: "to {name}", often: "{frequency, select, once {once} other {every {days} days}}", from: "for {person}",
    results: "Announce results of a study", resultsHelp: "Everyone who permits you research or contact is told that this study has results. You do not learn who they are.", reference: "Reference of the study (KCT0008791, IRB-2026/17)", announce: "Announce", announced: "Announced. It is sent in a few minutes.",
    notices: "Notices of the ledger to your systems", none: "No notices were sent to your systems.", delivered: "delivered", pending: "waiting", dead: "failed", next: "next attempt {when}", attempts: "{count, plural, one {one attempt} other {# attempts}}", again: "Look again" },
  { transfers: "나에게 들어온 전송요구", noTransfers: "지금 들어온 전송요구가 없습니다.", to: "받는 곳: {name}", often: "{frequency, select, once {한 번} other {{days}일마다}}", from: "당사자 {person}",
    results: "연구 결과 알리기", resultsHelp: "연구나 연락을 허용한 모든 사람에게 이 연구의 결과가 나왔음을 알립니다. 누가 받는지는 알 수 없습니다.", reference: "연구 참조 번호 (KCT0008791, IRB-2026/17)", announce: "알리기", announced: "접수했습니다. 몇 분 안에 전달됩니다.",
    notices: "우리 시스템으로 보낸 원장의 알림", none: "우리 시스템으로 보낸 알림이 없습니다.", delivered: "전달됨", pending: "대기 중", dead: "실패", next: "다음 시도 {when}", attempts: "{count}번 시도", again: "다시 보기" },
);

/** The part. */
export const DeliveriesPart = () => <><Transfers /><Results /><Notices /></>;

function Transfers() {
  const asked = useLoaded(async () => pages("/transfers?limit=100", (/** @type {AskedTransfer} */ one) => one.transfer_id, TRANSFERS), []);
  useLive("messages", asked.reload);
  return (
    <Card title={t("transfers")} id="transfers">
      <Loaded of={asked}>{(all) => (all.length ? <ul class="rows">{all.map((one, index) => <TransferRow key={`${one.transfer_id} ${index}`} of={one} />)}</ul> : <Empty icon={<Icon of={Send} />} text={t("noTransfers")} />)}</Loaded>
    </Card>
  );
}

/** @param {{ of: AskedTransfer }} props */
const TransferRow = ({ of: { data_subject: person, recipient, recipient_name: name, categories, frequency: [how = "once"], ends } }) => (
  <li>
    <div class="row">
      <Icon of={Send} />
      <span class="grow"><strong>{categories.map(categoryOf).join(", ")}</strong><small>{t("from", { person: shortAddress(person) })} · <Name of={t("to", { name: name || shortAddress(recipient) })} /> · {t("often", { frequency: how === "once" ? "once" : "other", days: how.split(":")[1] ?? "" })} · {lastDay(ends)}</small></span>
    </div>
  </li>
);

function Results() {
  const [reference, setReference] = useState("");
  const send = async () => {
    await post("/results", { reference: reference.trim() });
    setReference("");
    announce(t("announced"));
  };
  return (
    <Card title={t("results")} id="results">
      <p class="help">{t("resultsHelp")}</p>
      <Field label={t("reference")}>{(ids) => <input {...ids} type="text" name="reference" maxLength={60} value={reference} onInput={(event) => setReference(event.currentTarget.value)} />}</Field>
      <div class="actions"><Button id="announce" disabled={!reference.trim()} onClick={send}>{t("announce")}</Button></div>
    </Card>
  );
}

function Notices() {
  const sent = useLoaded(async () => (await pages("/me/deliveries", (/** @type {Delivery} */ one) => one.delivery_id, NOTICES)).reverse(), []);
  return (
    <Card title={t("notices")} id="notices">
      <Loaded of={sent}>{(all) => (all.length ? <ul class="rows">{all.slice(0, SHOWN).map((one) => <NoticeRow key={one.delivery_id} of={one} />)}</ul> : <p class="none">{t("none")}</p>)}</Loaded>
      <div class="actions"><Button onClick={sent.reload}>{t("again")}</Button></div>
    </Card>
  );
}

/** @param {{ of: Delivery }} props */
const NoticeRow = ({ of: { event, state, attempts, due, why } }) => (
  <li>
    <div class="row"><span class="grow"><code>{event}</code><small>{t("attempts", { count: attempts })}{state === "pending" && due > 0 && ` · ${t("next", { when: `${timeText(due)} (${distanceText(due)})` })}`}</small></span><Badge tone={TONE[state]}>{t(state)}</Badge></div>
    {why && <p class="help"><bdi lang="en">{why}</bdi></p>}
  </li>
);
