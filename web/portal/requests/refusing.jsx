// Saying no: asked once, with the choice never to be asked again by them, for this purpose, or about this data.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Dialog } from "../../kit/dialog.jsx";
import { Choice } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { Sentence, isolated, plainText } from "../../kit/sentence.jsx";
import { chosenWard } from "../acting.js";
import { asPerson, post } from "../api.js";
import { categoriesOf } from "../grants/clauses.js";
import { BLOCK, hasPermit } from "../grants/terms.js";
import { countRequests } from "../session.js";
import { Deciding } from "../signing/deciding.jsx";
import { decisionFor, generalNotice, shownDraft } from "../signing/draft.js";
import { categoryOf, purposeOf } from "../vocabulary.js";
import { inLanguage, translate } from "../words.js";
import { addWishes } from "./never.js";

/** @import { Consent, ConsentRequest, Wish } from "../answers" */
/** @import { Shown } from "../signing/draft.js" */
const t = messages(
  {
    title: "Say no to {name}?", text: "They get nothing, and cannot ask you the same again for 30 days. They learn that you refused.",
    them: "Never again from {name}", themHelp: "You sign a prohibition on the next page. From then on all they ask is answered with no before it reaches you, and they may read nothing about you, whatever else you allowed. You can lift it under Consents.",
    endsPresent: "What you allow {name} now ends with it.", purpose: "Never again for: {name}", category: "Never again about: {name}",
    wishHelp: "A standing wish, for whoever asks: the answer is no without asking you, and Requests lists it. You can change it under Standing wishes. It ends no consent.",
    more: "And never again …", no: "Say no", noAndSign: "Say no, and show what I sign", refused: "You said no.",
  },
  {
    title: "{name}의 요청을 거절할까요?", text: "상대는 아무것도 받지 못하고 30일 동안 같은 요청을 다시 할 수 없습니다. 거절한 사실은 상대에게 알려집니다.",
    them: "{name}의 요청을 다시 받지 않기", themHelp: "다음 화면에서 금지에 서명합니다. 그때부터 이 상대의 요청은 나에게 오기 전에 모두 거절되고, 다른 동의가 있어도 내 데이터를 전혀 읽을 수 없습니다. ‘동의’에서 해제할 수 있습니다.",
    endsPresent: "{name}에 지금 허용한 것도 함께 끝납니다.", purpose: "이 목적의 요청을 다시 받지 않기: {name}", category: "이 데이터의 요청을 다시 받지 않기: {name}",
    wishHelp: "누가 요청하든 묻지 않고 거절하는 사전 의사입니다. 거절한 요청은 ‘요청’에 남습니다. ‘사전 의사’에서 바꿀 수 있습니다. 이미 한 동의는 끝나지 않습니다.",
    more: "앞으로도 받지 않으려면", no: "거절", noAndSign: "거절하고 서명할 내용 보기", refused: "거절했습니다.",
  },
);
const ANY = ["*"];

/** @param {{ request: ConsentRequest, consents: Consent[], close: () => void, done: () => Promise<void> }} props */
export function Refusing({ request, consents, close, done }) {
  const [wishes, setWishes] = useState(/** @type {Wish[]} */ ([])), [isBlocked, setBlocked] = useState(false), [shown, setShown] = useState(/** @type {Shown | null} */ (null));
  const name = inLanguage(request.requester_name || request.requester);
  const finish = async () => {
    close();
    await done();
  };
  const refuse = async () => {
    await refuseOnce(request, wishes);
    announce(t("refused"));
    countRequests().catch(() => undefined);
    if (isBlocked) setShown(await blockOf(request.requester));
    else await finish();
  };
  return (
    <Dialog title={plainText(t("title", { name: isolated(name) }))} onClose={shown ? finish : close}>
      {shown ? <Deciding first={{ shown }} back={finish} done={finish} /> : (
        <>
          <p>{t("text")}</p>
          {!chosenWard() && <Never request={request} name={name} wishes={wishes} setWishes={setWishes} isBlocked={isBlocked} setBlocked={setBlocked} isAllowed={isAllowed(request, consents)} />}
          <div class="actions"><Button kind="danger" onClick={refuse}>{t(isBlocked ? "noAndSign" : "no")}</Button><Button onClick={close}>{translate("back")}</Button></div>
        </>
      )}
    </Dialog>
  );
}

/** True if something is permitted to the requester now. @type {(request: ConsentRequest, consents: Consent[]) => boolean} */
const isAllowed = ({ requester }, consents) => consents.some(({ grantee, status, grants }) => grantee === requester && ["active", "pending"].includes(status) && hasPermit(grants));

/** Refuse, unless it is refused already, and add the wishes. @type {(request: ConsentRequest, wishes: Wish[]) => Promise<void>} */
async function refuseOnce({ request_id }, wishes) {
  if (wishes.length) await addWishes(wishes);
  await post(asPerson(`/me/requests/${request_id}/refusal`));
}

/** The draft of a prohibition of everything. @type {(grantee: string) => Promise<Shown>} */
const blockOf = async (grantee) => shownDraft(decisionFor({ grantee, noticeHash: await generalNotice() }, [BLOCK]));

/** @param {{ request: ConsentRequest, name: string, wishes: Wish[], setWishes: (wishes: Wish[]) => void, isBlocked: boolean, setBlocked: (isBlocked: boolean) => void, isAllowed: boolean }} props */
function Never({ request, name, wishes, setWishes, isBlocked, setBlocked, isAllowed: isEnding }) {
  const purposes = [...new Set(request.grants.flatMap((grant) => grant.purposes))].filter((code) => !ANY.includes(code)), categories = categoriesOf(request.grants).filter((code) => !ANY.includes(code));
  const wish = (/** @type {"purpose" | "category"} */ member, /** @type {string} */ code) => {
    const one = /** @type {Wish} */ ({ kind: "never", purpose: "*", category: "*", topics: [], [member]: code }), isOne = (/** @type {Wish} */ other) => other[member] === code;
    return (
      <Choice key={code} value={code} checked={wishes.some(isOne)} onChange={(isSet) => setWishes([...wishes.filter((other) => !isOne(other)), ...(isSet ? [one] : [])])}>
        {t(member, { name: (member === "purpose" ? purposeOf : categoryOf)(code) })}
      </Choice>
    );
  };
  return (
    <fieldset class="never">
      <legend>{t("more")}</legend>
      <Choice value="block" checked={isBlocked} onChange={setBlocked}><Sentence text={t("them", { name: isolated(name) })} /></Choice>
      {isBlocked && <p class="help">{t("themHelp")} {isEnding && <Sentence text={t("endsPresent", { name: isolated(name) })} />}</p>}
      {purposes.map((code) => wish("purpose", code))}
      {categories.map((code) => wish("category", code))}
      {wishes.length > 0 && <p class="help">{t("wishHelp")}</p>}
    </fieldset>
  );
}
