// One consent: what it allows, what it was used for, and the ways to narrow or end it.
import { useRef, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Facts } from "../../kit/card.jsx";
import { saveJson } from "../../kit/files.js";
import { messages } from "../../kit/messages.js";
import { Sentence } from "../../kit/sentence.jsx";
import { Categories } from "../grants/categories.jsx";
import { categoriesOf } from "../grants/clauses.js";
import { Details } from "../grants/details.jsx";
import { lastDay } from "../grants/ends.js";
import { sentenceOf } from "../grants/sentence.js";
import { hasPermit, latestEnd } from "../grants/terms.js";
import { readText } from "../parties/asker.jsx";
import { granteeName, partyName } from "../parties/parties.js";
import { useLoaded } from "../../kit/loading.jsx";
import { Crews, Deciding } from "../signing/deciding.jsx";
import { decisionFor, presentNotice, shownDraft } from "../signing/draft.js";
import { sparedFor } from "../signing/emergencies.js";
import { usesIn } from "../uses.js";
import { language, nameOf, timeText, translate } from "../words.js";
import { isLive } from "./consents.jsx";
import { copyOf, withdrawalOf } from "./revocation.js";
import { Consequences, Withdrawing } from "./withdrawing.jsx";

/** @import { Consent, Ended, Grant } from "../answers" */
/** @import { Shown } from "../signing/draft.js" */
/** @import { Uses } from "../uses.js" */
/** @import { Consents } from "./consents.jsx" */
/** @import { Withdrawal } from "./revocation.js" */
/** @typedef {{ withdrawal: Withdrawal } | { shown: Shown } | { message: { grantee: string, grants: Grant[], noticeHash?: string } }} Step */
/** @typedef {(ended: Ended[], text: string) => Promise<void>} Done */
const t = messages({ ends: "Holds", used: "Read by it", newer: "See what replaced it", less: "You allow less now." }, { ends: "유효 기간", used: "이 동의로 열람", newer: "대체한 동의 보기", less: "범위를 줄였습니다." });
const TONE = /** @type {const} */ ({ active: "good", pending: "wait", revoked: "bad", expired: "", superseded: "" });

/** @param {{ consent: Consent, all: Consents, done: Done, isWhole?: boolean }} props */
export function ConsentCard({ consent, all, done, isWhole }) {
  const [step, setStep] = useState(/** @type {Step | null} */ (null)), name = nameOf(consent.grantee, consent.grantee_name), live = isLive(consent);
  const uses = all.lines && usesIn(all.lines, consent.entry), card = useRef(/** @type {HTMLElement | null} */ (null));
  const back = () => {
    card.current?.querySelector("h3")?.focus();
    setStep(null);
  };
  const finish = (/** @type {string} */ text) => async (/** @type {Ended[]} */ ended) => {
    setStep(null);
    await done(ended, text);
  };
  return (
    <article class={`card consent ${live ? "active" : ""}`} aria-label={name} ref={card}>
      <div class="top"><h3 tabIndex={-1}><a href={`/portal/consents/${consent.entry}`}><bdi>{name}</bdi></a></h3><Badge tone={TONE[consent.status]}>{translate(consent.status)}</Badge></div>
      <Content consent={consent} all={all} isWhole={isWhole} />
      {step && "withdrawal" in step ? <Withdrawing withdrawal={step.withdrawal} uses={uses} back={back} done={(ended, text) => finish(text)(ended)} /> :
        step ? <Deciding first={step} back={back} done={finish(t("less"))} /> : <Ways consent={consent} uses={uses} setStep={setStep} />}
    </article>
  );
}

/** @param {{ consent: Consent, all: Consents, isWhole?: boolean }} props */
function Content({ consent, all, isWhole }) {
  const { grants, signed_by: by, status } = consent, uses = all.lines && usesIn(all.lines, consent.entry), holderOf = (/** @type {string} */ account) => partyName(all.parties, account);
  const newer = status === "superseded" && all.consents.find(({ grantee, version }) => grantee === consent.grantee && version > consent.version);
  return (
    <>
      <p class="sentence"><Sentence text={sentenceOf({ who: granteeName(consent.grantee, consent.grantee_name), mood: "may", holderOf }, grants)} /></p>
      {isLive(consent) && <Categories codes={categoriesOf(grants)} />}
      <Facts class="facts" of={[[t("ends"), isLive(consent) ? lastDay(latestEnd(grants), hasPermit(grants) ? "permit" : "forbid") : ""], [t("used"), hasPermit(grants) && uses ? readText(uses) : ""]]} />
      {by && <p><Badge tone="wait">{translate(by.on_paper ? "onPaper" : "signedBy", by)}</Badge></p>}
      {newer && <p><a href={`/portal/consents/${newer.entry}`}>{t("newer")}</a></p>}
      <Details grants={grants} holderOf={holderOf}><p class="when">{translate("version", { version: consent.version, at: timeText(consent.signed_at) })}</p>{isWhole && <p class="when"><code>{consent.entry}</code></p>}</Details>
    </>
  );
}

/** @param {{ consent: Consent, uses: Uses | undefined, setStep: (step: Step) => void }} props */
function Ways({ consent, uses, setStep }) {
  const live = isLive(consent), spared = useLoaded(() => sparedFor(consent.grantee, live ? consent.grants : []), [consent.entry]);
  const spare = async (/** @type {Grant[]} */ left) => setStep({ shown: await shownDraft(decisionFor(await present(consent), left)) });
  return (
    <>
      <Crews spared={spared.value ?? null} spare={spare} />
      {live && uses && uses.reads > 0 && <Consequences uses={uses} />}
      <div class="actions">
        {live && <Button onClick={async () => setStep({ message: await present(consent) })}>{translate("change")}</Button>}
        {live && <Button kind="danger" onClick={async () => setStep({ withdrawal: await withdrawalOf(consent) })}>{translate("withdraw")}</Button>}
        <Button kind="plain" onClick={async () => saveJson("consent.json", await copyOf(consent))}>{translate("copy")}</Button>
      </div>
    </>
  );
}

/**
 * What is signed of the consent, under the newest version of its notice.
 * @type {(consent: Consent) => Promise<{ grantee: string, grants: Grant[], noticeHash?: string }>}
 */
async function present(consent) {
  const { message: { grantee, grants, noticeHash } } = await copyOf(consent);
  return { grantee, grants, noticeHash: await presentNotice(noticeHash, language) };
}
