// A request as one sentence and three facts, the way to decide about it, and what was answered.
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Facts } from "../../kit/card.jsx";
import { timeText } from "../../kit/dates.js";
import { messages } from "../../kit/messages.js";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { asPerson, post } from "../api.js";
import { Categories, Revealing } from "../grants/categories.jsx";
import { categoriesOf } from "../grants/clauses.js";
import { Details } from "../grants/details.jsx";
import { lastDay, timeWithDistance } from "../grants/ends.js";
import { periodText, sentenceOf } from "../grants/sentence.js";
import { latestEnd } from "../grants/terms.js";
import { Asker } from "../parties/asker.jsx";
import { partyName, partyOf } from "../parties/parties.js";
import { whoAsks } from "../parties/who.js";
import { Deciding } from "../signing/deciding.jsx";
import { shownDraft } from "../signing/draft.js";
import { inLanguage, language, translate } from "../words.js";
import { AnswerGiven } from "./answer.jsx";
import { Refusing } from "./refusing.jsx";

/** @import { ConsentRequest } from "../answers" */
/** @import { Requests } from "./requests.jsx" */
/** @import { Shown } from "../signing/draft.js" */
const t = messages({ lasts: "How long", data: "Data from", any: "any time" }, { lasts: "이용 기간", data: "데이터 기간", any: "전체 기간" });
const TONE = /** @type {const} */ ({ requested: "wait", granted: "good", granted_narrower: "good", refused: "bad", withdrawn: "", expired: "" });
const MOST_NAMES = 4;

/** @param {{ request: ConsentRequest, all: Requests, reload: () => Promise<void>, isWhole?: boolean }} props */
export function RequestCard({ request, all, reload, isWhole }) {
  const [first, setFirst] = useState(/** @type {{ shown: Shown } | null} */ (null)), top = useRef(/** @type {HTMLElement | null} */ (null));
  const isOpen = request.state === "requested", name = inLanguage(request.requester_name || request.requester), title = translate("asks", { name });
  const done = async () => {
    setFirst(null);
    await reload();
  };
  const back = () => {
    top.current?.querySelector("h3")?.focus();
    setFirst(null);
  };
  const read = async () => setFirst({ shown: await shownDraft({ grantee: request.requester, asked: request.grants, requestDraft: (lock) => post(asPerson(`/me/requests/${request.request_id}/drafts`), { lock, language }) }) });
  useEffect(() => {
    if (isWhole) top.current?.querySelector("h3")?.focus();
  }, []);
  return (
    <article class={`card request ${isOpen ? "open" : ""}`} aria-label={title} ref={top}>
      <Head request={request} title={title} isWhole={isWhole} />
      <Asking request={request} all={all} isOpen={isOpen} />
      {!isOpen && <AnswerGiven request={request} all={all} />}
      <Asker request={request} all={all} isOpen={isWhole} />
      {isOpen && (first ? <Deciding first={first} back={back} done={done} /> : <Choices request={request} all={all} read={read} done={done} />)}
    </article>
  );
}

/** @param {{ request: ConsentRequest, title: string, isWhole?: boolean }} props */
const Head = ({ request, title, isWhole }) => (
  <>
    <div class="top"><h3 tabIndex={-1}>{isWhole ? <bdi>{title}</bdi> : <a href={`/portal/requests/${request.request_id}`}><bdi>{title}</bdi></a>}</h3><Badge tone={TONE[request.state]}>{translate(request.state)}</Badge></div>
    <p class="when">{timeText(request.asked_at)}</p>
    {request.by_question && <p class="help">{translate("byQuestion")}</p>}
    {request.by_offer && <p class="help">{translate("byOffer")}</p>}
    {request.by_standing_wish && <p class="help">{translate("byWish")}</p>}
  </>
);

/** The sentence, the facts, and the exact terms in a fold. @param {{ request: ConsentRequest, all: Requests, isOpen: boolean }} props */
function Asking({ request, all: { parties }, isOpen }) {
  const { grants } = request, codes = categoriesOf(grants), holderOf = (/** @type {string} */ account) => partyName(parties, account);
  const who = whoAsks(isolated(inLanguage(request.requester_name || request.requester)), partyOf(parties, request.requester));
  const benefit = (language === "ko" && request.benefit_ko) || request.benefit;
  const periods = [...new Set(grants.map((grant) => periodText(grant).trim()))].filter(Boolean);
  return (
    <>
      <p class="sentence"><Sentence text={sentenceOf({ who, mood: "asks", most: MOST_NAMES, holderOf }, grants)} /></p>
      {isOpen && <><Categories codes={codes} /><Revealing codes={codes} /></>}
      {isOpen && <Facts class="facts" of={[
        [translate("benefit"), benefit && <bdi>{benefit}</bdi>],
        [t("lasts"), lastDay(latestEnd(grants))],
        [t("data"), periods.join(", ") || t("any")],
        [translate("answerBy"), timeWithDistance(request.answer_by)],
      ]} />}
      <Details grants={grants} holderOf={holderOf} />
    </>
  );
}

/** @param {{ request: ConsentRequest, all: Requests, read: () => Promise<void>, done: () => Promise<void> }} props */
function Choices({ request, all, read, done }) {
  const [isRefusing, setRefusing] = useState(false);
  return (
    <div class="actions">
      <Button kind="primary" onClick={read}>{translate("read")}</Button>
      <Button kind="danger" onClick={() => setRefusing(true)}>{translate("refuse")}</Button>
      {isRefusing && <Refusing request={request} consents={all.consents} close={() => setRefusing(false)} done={done} />}
    </div>
  );
}
