// A request, from reading to signing: what is shown is what is signed, or nothing is.
import { get, pages, post, write } from "./api.js";
import { actionOf, language, moment, say } from "./words.js";
import { badge, button, categoryOf, el, grantView, list, purposeOf } from "./view.js";
import { ZERO, lockOf } from "./wallet.js";

const TONE = { requested: "wait", granted: "good", granted_narrower: "good", refused: "bad" };

export async function showRequests(place, page) {
  const all = await pages("/me/requests", (one) => one.request_id, 100);
  place.replaceChildren(...(all.length ? all.reverse().map((one) => card(one, page)) : [el("p", { class: "none" }, say("noneRequests"))]));
  return all.filter((one) => one.state === "requested").length;
}

function card(asked, page) {
  const open = asked.state === "requested", body = el("div");
  const facts = [["benefit", asked.benefit], ["reference", asked.by_question ? "" : asked.reference], ["answerBy", open ? moment(asked.answer_by) : ""]];
  const made = el("article", { class: `card ${open ? "open" : ""}` },
    el("div", { class: "top" }, el("h3", {}, say("asks", { name: asked.requester_name || asked.requester })), badge(say(asked.state), TONE[asked.state])),
    el("p", { class: "when" }, moment(asked.asked_at)),
    asked.by_question ? el("p", { class: "help" }, say("byQuestion")) : "",
    asked.by_standing_wish ? el("p", { class: "help" }, say("byWish")) : "",
    el("dl", {}, facts.filter(([, text]) => text).flatMap(([word, text]) => [el("dt", {}, say(word)), el("dd", {}, text)])),
    asked.grants.map(grantView), body);
  if (open) body.append(first(asked, body, page));
  return made;
}

function first(asked, body, page) {
  return el("div", { class: "actions" },
    button("read", "primary", () => page.doing(async () => decide(asked, await draftOf(asked, ZERO), body, page))),
    button("refuse", "danger", () => page.doing(async () => {
      await post(`/me/requests/${asked.request_id}/refusal`);
      await page.refresh(say("done"));
    })));
}

const draftOf = (asked, lock) => post(`/me/requests/${asked.request_id}/drafts`, { lock, language });
const narrowerOf = (said, grants) => (lock) => post("/consents/drafts", { grantee: said.grantee, grants, notice_hash: said.noticeHash, lock });

/** The draft, whole: notice, what it says, what it changes; and the three ways to go on. */
function decide(asked, draft, body, page, again = (lock) => draftOf(asked, lock)) {
  const said = draft.typed_data.message;
  body.replaceChildren(
    noticeView(draft.notice),
    el("div", { class: "step" }, el("h4", {}, say("says")), list(draft.summary)),
    el("div", { class: "step changes" }, el("h4", {}, say("changes")), draft.changes.length ? list(draft.changes) : el("p", {}, say("nothingChanges"))),
    el("p", { class: "help" }, say("twice")),
    el("div", { class: "actions" },
      button("sign", "primary", () => page.doing(() => signed(draft, again, page))),
      button("narrow", "quiet", () => body.replaceChildren(narrowView(asked, said, body, page))),
      button("back", "quiet", () => body.replaceChildren(first(asked, body, page)))));
}

async function signed(shown, again, page) {
  const before = shown.typed_data.message;
  page.tell(say("signing"));
  const lock = await lockOf(await page.wallet.secret(before.grantee, before.version));
  const { typed_data: typed } = await again(lock);
  if (typed.message.lock !== lock || !sameWords(typed.message, before)) throw new Error(say("changedDraft"));
  await post("/consents", await page.wallet.sign(typed));
  await page.refresh(say("done"));
}

/** Whether two drafts say the same, whenever they were made and however they are locked. */
function sameWords(one, other) {
  const words = ({ signedAt, lock, ...rest }) => write(rest);
  return words(one) === words(other);
}

function noticeView({ layers, language: spoken }) {
  const [short, ...rest] = layers, more = rest.join("\n\n");
  return el("div", { class: "notice", lang: spoken }, el("h4", {}, say("noticeTitle")), short,
    more ? el("details", {}, el("summary", {}, say("more")), more) : "");
}

function narrowView(asked, said, body, page) {
  const forms = said.grants.map(narrowForm), problem = el("p", { class: "help", role: "alert" });
  const show = () => page.doing(async () => {
    const grants = forms.map((form) => form.read()).filter(Boolean);
    if (!grants.length) return void (problem.textContent = say("nothingLeft"));
    const again = narrowerOf(said, grants);
    decide(asked, await again(ZERO), body, page, again);
  });
  return el("div", { class: "step" }, el("h4", {}, say("narrowTitle")), forms.map((form) => form.view), problem,
    el("div", { class: "actions" }, button("showDraft", "primary", show), button("back", "quiet", () => body.replaceChildren(first(asked, body, page)))));
}

/** Ticks for the terms of one grant, and its end; `read` gives the grant that is left, or nothing. */
function narrowForm(grant) {
  const part = (codes, named) => codes.map((code) => {
    const box = el("input", { type: "checkbox", checked: true, value: code });
    return { box, view: el("label", { class: "choice" }, box, named(code)) };
  });
  const parts = { categories: part(grant.categories, categoryOf), purposes: part(grant.purposes, purposeOf), actions: part(grant.actions, actionOf) };
  const end = el("input", { type: "date" });
  const last = new Date(Number(grant.expires) * 1000);
  if (!Number.isNaN(last.getTime())) end.value = end.max = new Date(last - 1).toISOString().slice(0, 10);
  const view = el("fieldset", {},
    ["data", "purpose", "action"].flatMap((word, at) => [el("div", {}, el("strong", {}, say(word)), " ", Object.values(parts)[at].map((one) => one.view))]),
    el("label", { class: "choice" }, say("endDate"), end));
  return { view, read: () => left(grant, parts, end) };
}

function left(grant, parts, end) {
  const [categories, purposes, actions] = Object.values(parts).map((part) => part.filter(({ box }) => box.checked).map(({ box }) => box.value));
  if (!categories.length || !purposes.length || !actions.length) return null;
  const day = end.value ? Date.parse(`${end.value}T00:00:00Z`) / 1000 + 86400 : Infinity;
  return {
    effect: grant.effect, categories, purposes, actions, not_before: grant.notBefore,
    expires: day < grant.expires ? day : grant.expires,
    data_from: grant.dataFrom, data_until: grant.dataUntil, records: grant.records, conditions: grant.conditions,
  };
}

export const openRequests = async () => (await get("/me/requests")).filter((one) => one.state === "requested").length;
