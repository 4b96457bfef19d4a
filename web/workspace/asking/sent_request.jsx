// One request of the organisation: to whom, for what, and what became of it.
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Facts } from "../../kit/card.jsx";
import { distanceText, timeText } from "../../kit/dates.js";
import { language } from "../../kit/language.js";
import { messages } from "../../kit/messages.js";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { post } from "../../portal/api.js";
import { Details } from "../../portal/grants/details.jsx";
import { sentenceOf } from "../../portal/grants/sentence.js";
import { shortAddress } from "../../portal/parties/parties.js";
import { translate } from "../../portal/words.js";
import { presentParty } from "../party.js";

/** @import { Sent } from "./requests_page.jsx" */
const TONE = /** @type {const} */ ({ requested: "wait", granted: "good", granted_narrower: "good", refused: "bad", withdrawn: "", expired: "" });
const t = messages(
  { person: "To", at: "Sent", by: "Answer by", answered: "Answered", consent: "Consent", read: "Search what it covers", withdraw: "Withdraw the request", narrower: "They allowed less than you asked. What you may read now is what they allowed.", missing: "People who read the other language miss something: {names}.", offer: "answered your offer",
    benefit: "the benefit in English", benefit_ko: "the benefit in Korean", name_en: "your name in English", name_ko: "your name in Korean" },
  { person: "받는 사람", at: "보낸 때", by: "답변 기한", answered: "답변한 때", consent: "동의", read: "허용된 기록 검색", withdraw: "요청 철회", narrower: "요청한 것보다 적게 허용했습니다. 허용된 것만 열람할 수 있습니다.", missing: "다른 언어로 읽는 사람에게는 다음이 보이지 않습니다: {names}.", offer: "제안에 대한 답변",
    benefit: "제공 혜택(영어)", benefit_ko: "제공 혜택(한국어)", name_en: "기관 이름(영어)", name_ko: "기관 이름(한국어)" },
);
const TEXTS = /** @type {const} */ (["benefit", "benefit_ko", "name_en", "name_ko"]);

/** @param {{ of: Sent, reload: () => Promise<void>, isWhole?: boolean }} props */
export function SentRequest({ of: request, reload, isWhole }) {
  const { grants, state } = request, who = isolated(presentParty().names[language]), to = shortAddress(request.data_subject), missing = TEXTS.filter((name) => request.missing_texts.includes(name));
  const withdraw = async () => {
    await post(`/requests/${request.request_id}/withdrawal`);
    await reload();
  };
  return (
    <Card id={isWhole ? "request" : undefined} title={isWhole ? to : <a href={`/workspace/requests/${request.request_id}`}>{to}</a>} badge={<Badge tone={TONE[state]}>{translate(state)}</Badge>} tone={state === "requested" ? "open" : ""}>
      <p class="sentence"><Sentence text={sentenceOf({ who, mood: "asks", most: isWhole ? Infinity : 4 }, grants)} /></p>
      {state === "granted_narrower" && <p class="help">{t("narrower")}</p>}
      <Facts of={[
        [t("at"), timeText(request.asked_at)], [t("by"), state === "requested" && `${timeText(request.answer_by)} (${distanceText(request.answer_by)})`], [t("answered"), request.answered_at > 0 && timeText(request.answered_at)],
        [translate("reference"), request.reference], [translate("benefit"), (language === "ko" && request.benefit_ko) || request.benefit],
        ...(isWhole ? /** @type {[string, preact.ComponentChildren][]} */ ([[t("person"), <code key="person">{request.data_subject}</code>], [t("consent"), /[1-9a-f]/.test(request.consent.slice(2)) && <code key="consent">{request.consent}</code>]]) : []),
      ]} />
      {missing.length > 0 && state === "requested" && <p class="help">{t("missing", { names: missing.map((name) => t(name)).join(", ") })}</p>}
      {isWhole && <Details grants={grants} />}
      {state === "requested" && <div class="actions"><Button kind="danger" onClick={withdraw}>{t("withdraw")}</Button></div>}
      {state.startsWith("granted") && <div class="actions"><a class="quiet" href="/workspace/search">{t("read")}</a></div>}
    </Card>
  );
}
