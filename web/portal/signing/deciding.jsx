// From reading a draft to signing it. Exactly what is shown is signed.
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { useStill } from "../../kit/live.js";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { Sentence } from "../../kit/sentence.jsx";
import { Categories, Revealing } from "../grants/categories.jsx";
import { categoriesOf } from "../grants/clauses.js";
import { Details, Exact } from "../grants/details.jsx";
import { sentenceOf } from "../grants/sentence.js";
import { hasPermit } from "../grants/terms.js";
import { holdSecret } from "../keys.js";
import { granteeName } from "../parties/parties.js";
import { countRequests, presentAccount } from "../session.js";
import { nameOf, translate } from "../words.js";
import { decisionFor, shownDraft, signShown } from "./draft.js";
import { Narrowing } from "./narrowing.jsx";
import { NoticeText } from "./notice.jsx";
import { send } from "./sending.js";

/** @import { ConsentMessage, Ended, Grant } from "../answers" */
/** @import { Shown } from "./draft.js" */
/** What is shown now: a draft, or the terms to be narrowed. @typedef {{ shown: Shown } | { message: Pick<ConsentMessage, "grantee" | "grants"> & { noticeHash?: string }, asked?: Grant[] }} Step */
const t = messages({ exactly: "Exact terms" }, { exactly: "정확한 조건" });

/**
 * The steps, beginning with `first`; `done` follows once the ledger accepted what was signed.
 * @param {{ first: Step, back: () => void, done: (ended: Ended[]) => unknown }} props
 */
export function Deciding({ first, back, done }) {
  useStill();
  const [step, setStep] = useState(first);
  const decideOn = async (/** @type {Pick<ConsentMessage, "grantee"> & { noticeHash?: string }} */ message, /** @type {Grant[]} */ grants, /** @type {Grant[]} */ asked) =>
    setStep({ shown: await shownDraft(decisionFor(message, grants, asked)) });
  if (!("shown" in step)) return <Narrowing grants={step.message.grants} back={back} show={(grants) => decideOn(step.message, grants, step.asked ?? step.message.grants)} />;
  const { shown } = step, { message } = shown.draft.typed_data;
  const sign = async () => {
    await done(await signAndSend(shown));
  };
  const spare = (/** @type {Grant[]} */ grants) => decideOn(message, grants, shown.decision.asked ?? grants);
  return <Draft key={shown.draft.digest} shown={shown} sign={sign} spare={spare} narrow={() => setStep({ message, asked: shown.decision.asked })} back={back} />;
}

/** What ended with the version that the consent replaces. @type {(shown: Shown) => Promise<Ended[]>} */
async function signAndSend(shown) {
  const account = presentAccount();
  announce(translate(`signing.${account.kind}`));
  const { form, message, secret, lock } = await signShown(shown);
  if (secret) holdSecret(secret, lock, message);
  announce(translate("loading"));
  const { ended } = await send("Consent", nameOf(message.grantee, message.granteeName), account.signer, form);
  announce("");
  countRequests().catch(() => undefined);
  return ended;
}

/** @param {{ shown: Shown, sign: () => Promise<void>, spare: (grants: Grant[]) => Promise<void>, narrow: () => void, back: () => void }} props */
function Draft({ shown: { draft, spared }, sign, spare, narrow, back }) {
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null)), { kind, signer } = presentAccount();
  const { message } = draft.typed_data, isOwn = message.dataSubject === signer;
  useEffect(() => title.current?.focus(), []);
  return (
    <div class="deciding">
      <NoticeText notice={draft.notice} heading={<h3 ref={title} tabIndex={-1}>{translate("noticeTitle")}</h3>} />
      <div class="step says">
        <h3>{translate("says")}</h3>
        <p class="sentence"><Sentence text={sentenceOf({ who: granteeName(message.grantee, message.granteeName), mood: "may" }, message.grants)} /></p>
        <Categories codes={categoriesOf(message.grants)} />
        <Revealing codes={categoriesOf(message.grants.filter(({ effect }) => effect === "permit"))} />
        <Details grants={message.grants} title={t("exactly")} />
        <Crews spared={spared} spare={spare} />
      </div>
      <div class="step changes">
        <h3>{translate("changes")}</h3>
        {draft.changes.length ? <ul lang={draft.notice.language}>{draft.changes.map((line) => <li key={line}>{line}</li>)}</ul> : <p>{translate("nothingChanges")}</p>}
      </div>
      <Exact draft={draft} note={isOwn ? "exactNote" : "exactWard"} />
      <p class="help">{translate(isOwn ? `asks.${kind}` : "asks.ward")} {translate("footer")}</p>
      <div class="actions">
        <Button kind="primary" onClick={sign}>{translate(`sign.${kind}`)}</Button>
        {hasPermit(message.grants) && <Button onClick={narrow}>{translate("narrow")}</Button>}
        <Button onClick={back}>{translate("back")}</Button>
      </div>
    </div>
  );
}

/** That crews are refused too, with the choice to leave emergencies out. @param {{ spared: Grant[] | null, spare: (grants: Grant[]) => unknown }} props */
export const Crews = ({ spared, spare }) =>
  spared && (
    <div class="crews">
      <p class="help">{translate("crewsRefused")}</p>
      {spared.length > 0 && <div class="actions"><Button onClick={() => spare(spared)}>{translate("spareCrews")}</Button></div>}
    </div>
  );
