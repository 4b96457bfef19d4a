// Where signed statements are: above the page, until the person puts them away.
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { messages } from "../../kit/messages.js";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { Steps } from "../../kit/steps.jsx";
import { useSession } from "../session.js";
import { dismiss, sendAgain, useSendings } from "./sending.js";

/** @import { Sending } from "./sending.js" */
const t = messages(
  {
    consent: "Your consent to {name}", revocation: "Your withdrawal from {name}", signed: "signed", accepted: "accepted", anchored: "on chain", denies: "counts",
    soon: "It counts once it is on the chain, usually within 5 to 20 seconds. You may leave this page meanwhile.", counts: "It counts now.", deniesNow: "It counts since the ledger accepted it.",
    again: "Send it again", discard: "Discard my signature", discardHelp: "If it arrived after all, it counts; Consents shows it.", open: "Show it", hide: "Put away", label: "How far it has come",
  },
  {
    consent: "{name}에 대한 동의", revocation: "{name}에 대한 철회", signed: "서명함", accepted: "접수됨", anchored: "체인 기록됨", denies: "효력 발생",
    soon: "체인에 기록되면 효력이 생깁니다. 보통 5~20초 걸립니다. 그동안 다른 페이지를 보셔도 됩니다.", counts: "지금부터 효력이 있습니다.", deniesNow: "원장이 접수한 때부터 효력이 있습니다.",
    again: "다시 보내기", discard: "서명 버리기", discardHelp: "이미 도착했다면 효력이 있으며 ‘동의’에 보입니다.", open: "동의 보기", hide: "닫기", label: "진행 상황",
  },
);
const DONE = { signed: 1, accepted: 2, anchored: 3 };

/** A card for each statement that was signed on this page. */
export const Progress = () => (
  <div id="progress" aria-live="polite">{useSendings().map((sending) => <SendingCard key={sending.id} sending={sending} />)}</div>
);

/** @param {{ sending: Sending }} props */
function SendingCard({ sending }) {
  const { id, kind, name, step, why, entry } = sending, isConsent = kind === "Consent", { state } = useSession();
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => title.current?.focus(), []);
  const steps = isConsent ? [t("signed"), t("accepted"), t("anchored")] : [t("signed"), t("denies")];
  return (
    <article class={`card sending ${why ? "alarm" : "open"}`}>
      <h2 ref={title} tabIndex={-1}><Sentence text={t(isConsent ? "consent" : "revocation", { name: isolated(name) })} /></h2>
      <Steps label={t("label")} steps={steps} done={DONE[step]} />
      {why ? <p role="alert">{why}</p> : <p>{t(isConsent ? (step === "anchored" ? "counts" : "soon") : "deniesNow")}</p>}
      <div class="actions">
        {why && state === "in" && <Button kind="primary" onClick={() => sendAgain(sending)}>{t("again")}</Button>}
        {why && <Button kind="danger" describedBy={`discard-${id}`} onClick={() => dismiss(id)}>{t("discard")}</Button>}
        {why && <p class="help" id={`discard-${id}`}>{t("discardHelp")}</p>}
        {entry && <a class="quiet" href={`/portal/consents/${entry}`}>{t("open")}</a>}
        {!why && step !== "signed" && <Button kind="plain" onClick={() => dismiss(id)}>{t("hide")}</Button>}
      </div>
    </article>
  );
}
