// The consents of the person: what is allowed now first, then what is forbidden, then what is over.
import { ShieldCheck } from "lucide";
import { useState } from "preact/hooks";
import { Empty, Fold } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { get } from "../api.js";
import { hasPermit } from "../grants/terms.js";
import { useOwnLists } from "../live.js";
import { loadParties } from "../parties/parties.js";
import { accesses } from "../uses.js";
import { translate } from "../words.js";
import { ConsentCard } from "./consent_card.jsx";
import { EndedCard } from "./ended.jsx";

/** @import { Consent, Ended } from "../answers" */
/** @import { Parties } from "../parties/parties.js" */
/** @import { Lines } from "../uses.js" */
/** Everything that the cards show; `lines` come later, or not at all. @typedef {{ consents: Consent[], parties: Parties, lines?: Lines }} Consents */
/** What just ended, and what is said of it. @typedef {{ text: string, ended: Ended[] }} News */
const t = messages(
  {
    first: "You have not allowed anything yet. When somebody asks for your data, you decide under Requests.", nothing: "Nothing is allowed at present. Nobody reads your data by a consent.",
    requests: "To the requests", forbidden: "What you forbid", older: "Earlier and ended ({count})", all: "All consents", unknown: "There is no such consent of yours.",
  },
  {
    first: "아직 허용한 것이 없습니다. 누군가 데이터를 요청하면 ‘요청’에서 결정합니다.", nothing: "지금은 아무것도 허용되어 있지 않습니다. 동의로 내 데이터를 읽는 곳이 없습니다.",
    requests: "요청 보기", forbidden: "금지한 것", older: "지난 동의 ({count})", all: "모든 동의", unknown: "이런 동의가 없습니다.",
  },
);

/** True if a consent holds, or will once the chain has it. @type {(consent: Consent) => boolean} */
export const isLive = ({ status }) => status === "active" || status === "pending";

/** @type {() => Promise<Consents>} */
async function load() {
  const [consents, parties] = await Promise.all([get("/consents"), loadParties()]);
  return { consents: consents.reverse(), parties };
}

/** @param {{ children: (all: Consents, card: (consent: Consent) => preact.ComponentChildren) => preact.ComponentChildren, isWhole?: boolean }} props */
function ConsentsFrame({ children, isWhole }) {
  const loaded = useLoaded(load, []), { value: lines, refresh: refreshLines } = useLoaded(accesses, []), [news, setNews] = useState(/** @type {News | null} */ (null));
  useOwnLists("consents", loaded.refresh);
  useOwnLists("timeline", refreshLines);
  const done = async (/** @type {Ended[]} */ ended, /** @type {string} */ text) => {
    setNews(text || ended.length ? { text, ended } : null);
    announce(text);
    await loaded.reload();
  };
  return (
    <section aria-labelledby="page-title">
      <h2 id="page-title" tabIndex={-1}>{translate("consents")}</h2>
      <div id="consents">
        {news && <EndedCard key={news.text} {...news} />}
        <Loaded of={loaded}>{(all) => children(all, (consent) => <ConsentCard key={consent.entry} consent={consent} all={{ ...all, lines }} done={done} isWhole={isWhole} />)}</Loaded>
      </div>
    </section>
  );
}

/** Every consent. */
export const Consents = () => (
  <ConsentsFrame>{({ consents }, card) => {
    const live = consents.filter(isLive), permits = live.filter(({ grants }) => hasPermit(grants)), forbids = live.filter(({ grants }) => !hasPermit(grants)), over = consents.filter((consent) => !isLive(consent));
    return (
      <>
        {permits.length ? permits.map(card) : <Nothing isFirst={!consents.some(({ grants }) => hasPermit(grants))} />}
        {forbids.length > 0 && <><h3 class="group">{t("forbidden")}</h3>{forbids.map(card)}</>}
        {over.length > 0 && <Fold title={t("older", { count: over.length })} class="older">{over.map(card)}</Fold>}
      </>
    );
  }}</ConsentsFrame>
);

/** @param {{ isFirst: boolean }} props */
const Nothing = ({ isFirst }) => (
  <Empty icon={<Icon of={ShieldCheck} size={48} />} text={t(isFirst ? "first" : "nothing")}><a class="quiet" href="/portal/requests">{t("requests")}</a></Empty>
);

/** One consent, at an address of its own. @param {{ id: string }} props */
export const OneConsent = ({ id }) => (
  <ConsentsFrame isWhole>{({ consents }, card) => {
    const consent = consents.find(({ entry }) => entry === id);
    return <>{consent ? card(consent) : <p class="none">{t("unknown")}</p>}<p><a href="/portal/consents">{t("all")}</a></p></>;
  }}</ConsentsFrame>
);
