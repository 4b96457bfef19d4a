// The organisation's requests for consent: all of them, one of them, or a new one, by the address.
import { HandHelping } from "lucide";
import { useState } from "preact/hooks";
import { Empty } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { useLive } from "../../kit/live.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Section } from "../../kit/section.jsx";
import { get, pages } from "../../portal/api.js";
import { translate } from "../../portal/words.js";
import { NewRequest } from "./new_request.jsx";
import { SentRequest } from "./sent_request.jsx";

/** @import { ConsentRequest } from "../../portal/answers" */
/** @typedef {ConsentRequest & { missing_texts: string[] }} Sent */
const SIZE = 100, SHOWN = 30;
const STATES = /** @type {const} */ (["requested", "granted", "granted_narrower", "refused", "withdrawn", "expired"]);
const t = messages(
  { title: "Requests for consent", intro: "What you asked people, and what they answered. Nobody learns whether a person is here before that person has answered.", ask: "Ask for consent", none: "You have asked for nothing yet.", all: "All ({count})", back: "All requests", more: "Show {count} more", gone: "There is no such request of yours." },
  { title: "동의 요청", intro: "사람들에게 요청한 내용과 그 답변입니다. 당사자가 답하기 전에는 그 사람이 여기 있는지 아무도 알 수 없습니다.", ask: "동의 요청하기", none: "아직 요청한 것이 없습니다.", all: "전체 ({count})", back: "모든 요청", more: "{count}건 더 보기", gone: "이 요청을 찾을 수 없습니다." },
);

/** @param {{ id?: string }} props */
export const RequestsPage = ({ id }) => (id === "new" ? <NewRequest /> : id ? <OneRequest id={id} /> : <Requests />);

function Requests() {
  const sent = useLoaded(async () => /** @type {Sent[]} */ (await pages("/requests?limit=100", (one) => one.request_id, SIZE)).reverse(), []);
  useLive("requests", sent.refresh);
  return (
    <Section title={t("title")} intro={t("intro")}>
      <div class="actions"><a id="ask" class="primary" href="/workspace/requests/new">{t("ask")}</a></div>
      <Loaded of={sent}>{(all) => (all.length ? <Listed all={all} reload={sent.reload} /> : <Empty icon={<Icon of={HandHelping} />} text={t("none")} />)}</Loaded>
    </Section>
  );
}

/** @param {{ all: Sent[], reload: () => Promise<void> }} props */
function Listed({ all, reload }) {
  const [state, setState] = useState(""), [shown, setShown] = useState(SHOWN), found = all.filter((one) => !state || one.state === state);
  const counts = STATES.map((one) => ({ one, count: all.filter((request) => request.state === one).length })).filter(({ count }) => count);
  return (
    <>
      <div class="chips" role="group" aria-label={t("title")}>
        <button type="button" class="chip" aria-pressed={!state} onClick={() => setState("")}>{t("all", { count: all.length })}</button>
        {counts.map(({ one, count }) => <button type="button" class="chip" key={one} aria-pressed={state === one} onClick={() => setState(one)}>{`${translate(one)} (${count})`}</button>)}
      </div>
      <div id="sent">{found.slice(0, shown).map((request) => <SentRequest key={request.request_id} of={request} reload={reload} />)}</div>
      {found.length > shown && <div class="actions"><button type="button" class="quiet" onClick={() => setShown(shown + SHOWN)}>{t("more", { count: Math.min(SHOWN, found.length - shown) })}</button></div>}
    </>
  );
}

/** @param {{ id: string }} props */
function OneRequest({ id }) {
  const sent = useLoaded(async () => /** @type {Sent} */ (await get(`/requests/${id}`)), [id]);
  useLive("requests", sent.refresh);
  return (
    <Section title={t("title")} back={{ href: "/workspace/requests", text: t("back") }}>
      <Loaded of={sent}>{(request) => <SentRequest of={request} reload={sent.reload} isWhole />}</Loaded>
    </Section>
  );
}
