// Ask a person for consent: whom, for what, until when; with the sentence that the person will read.
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Field } from "../../kit/form.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Section } from "../../kit/section.jsx";
import { get, post } from "../../portal/api.js";
import { presentParty } from "../party.js";
import { CategoryTree } from "./category_tree.jsx";
import { Preview } from "./preview.jsx";
import { emptyTerms, formOf, missingIn } from "./request_terms.js";
import { NoticeField, UseFields, TextFields } from "./request_fields.jsx";

/** @import { Notice } from "../../portal/answers" */
/** @import { Terms } from "./request_terms.js" */
const t = messages(
  { title: "Ask for consent", intro: "The person sees who you are, what you ask for, and what they get. They may allow all of it, a part, or nothing.", back: "All requests", person: "Person", personHelp: "The account of the person (0x…), as they gave it to you. The answer is the same whoever it is, until the person answers.", data: "Which data", preview: "What the person reads", send: "Send the request", first: "Still missing: {what}" },
  { title: "동의 요청하기", intro: "당사자는 누가, 무엇을 요청하고, 무엇을 받는지 봅니다. 전부 또는 일부만 허용하거나 거절할 수 있습니다.", back: "모든 요청", person: "받는 사람", personHelp: "당사자가 알려 준 계정(0x…)입니다. 당사자가 답하기 전까지는 누구에게 보내든 응답이 같습니다.", data: "데이터 항목", preview: "당사자가 읽는 내용", send: "요청 보내기", first: "아직 필요한 것: {what}" },
);

/** The page. */
export function NewRequest() {
  const notices = useLoaded(async () => /** @type {Notice[]} */ (await get("/notices")).filter(({ outdated }) => !outdated), []);
  return (
    <Section title={t("title")} intro={t("intro")} back={{ href: "/workspace/requests", text: t("back") }}>
      <Loaded of={notices}>{(known) => <RequestForm notices={known} />}</Loaded>
    </Section>
  );
}

/** @param {{ notices: Notice[] }} props */
function RequestForm({ notices }) {
  const [terms, setTerms] = useState(() => emptyTerms(presentParty(), notices)), { route } = useLocation(), missing = missingIn(terms);
  const set = (/** @type {Partial<Terms>} */ change) => setTerms((before) => ({ ...before, ...change }));
  const send = async () => {
    const { request_id: id } = await post("/requests", formOf(terms));
    route(`/workspace/requests/${id}`);
  };
  return (
    <div class="form" id="asking">
      <Field label={t("person")} help={t("personHelp")}>{(ids) => <input type="text" name="person" autocomplete="off" spellcheck={false} maxLength={180} value={terms.person} onInput={(event) => set({ person: event.currentTarget.value.trim() })} {...ids} />}</Field>
      <fieldset><legend>{t("data")}</legend><CategoryTree chosen={terms.categories} onChange={(categories) => set({ categories })} /></fieldset>
      <UseFields terms={terms} set={set} />
      <NoticeField terms={terms} notices={notices} set={set} />
      <TextFields terms={terms} set={set} />
      {terms.categories.length > 0 && <div class="preview"><h3>{t("preview")}</h3><Preview terms={terms} /></div>}
      {missing && <p class="help">{t("first", { what: missing })}</p>}
      <div class="actions"><Button id="send" kind="primary" disabled={!!missing} onClick={send}>{t("send")}</Button></div>
    </div>
  );
}
