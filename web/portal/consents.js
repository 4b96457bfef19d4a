// What was allowed: changing it, and its end.
import { get, post } from "./api.js";
import { narrow, presentNotice } from "./deciding.js";
import { keyField, needsFile, openerOf } from "./keys.js";
import { language, moment, say } from "./words.js";
import { badge, button, el, grantView, list, save } from "./view.js";

const TONE = { active: "good", pending: "wait", revoked: "bad" };

export async function showConsents(place, page) {
  const all = (await get("/consents")).reverse();
  const live = all.filter(({ status }) => status in { active: 0, pending: 0 }), over = all.filter((one) => !live.includes(one));
  place.replaceChildren(
    ...(live.length ? live.map((one) => card(one, page)) : [el("p", { class: "none" }, say("noneConsents"))]),
    over.length ? el("details", {}, el("summary", {}, `${say("older")} (${over.length})`), over.map((one) => card(one, page))) : "");
}

function card(one, page) {
  const live = one.status in TONE && one.status !== "revoked", by = one.signed_by, body = el("div", {}, one.grants.map(grantView), choices(one, live, page));
  return el("article", { class: `card ${live ? "active" : ""}` },
    el("div", { class: "top" }, el("h3", {}, one.grantee_name), badge(say(one.status), TONE[one.status])),
    el("p", { class: "when" }, say("version", { version: one.version, at: moment(one.signed_at) })),
    by ? el("p", {}, badge(say(by.on_paper ? "onPaper" : "signedBy", by), "wait")) : "", body);
}

function choices(one, live, page) {
  const made = el("div", { class: "actions" });
  if (live) made.append(
    button("change", "quiet", () => page.doing(() => change(one, made.parentElement, page))),
    button("withdraw", "danger", () => page.doing(() => sure(one, made, page))));
  made.append(button("copy", "quiet", () => page.doing(async () => save("consent.json", await copyOf(one)))));
  return made;
}

const copyOf = (one) => get(`/consents/${one.entry}/copy`);

async function change(one, place, page) {
  const { message } = await copyOf(one), noticeHash = await presentNotice(message.noticeHash, language);
  narrow({ place, page, grantee: one.grantee, back: () => page.refresh("") }, { ...message, noticeHash });
}

async function sure(one, place, page) {
  const { lock } = await copyOf(one), field = (await needsFile(one, lock, page.hand)) ? keyField(lock) : null;
  const now = button("withdraw", "danger", () => page.doing(async () => {
    page.tell(say(`signing.${page.hand.kind}`));
    await withdraw(one, page, await (field ? field.read() : openerOf(one, lock, page.hand)));
  }));
  place.replaceChildren(el("p", {}, say("withdrawSure")), field?.view ?? "", now, button("back", "quiet", () => page.refresh("")));
  now.focus();
}

async function withdraw(one, page, secret) {
  const draft = await post("/revocations/drafts", { grantee: one.grantee, secret }), { message: said } = draft.typed_data;
  const { signer } = page.hand, { grantee, grantee_name: granteeName, entry: consent } = one;
  const asked = Object.entries({ dataSubject: signer, signer, grantee, granteeName, consent, secret });
  if (asked.some(([member, value]) => said[member] !== value)) throw new Error(say("changedDraft"));
  const { ended } = await post("/revocations", await page.hand.sign("Revocation", draft));
  await page.refresh(say("withdrawnNow"), endedView(ended));
}

function endedView(ended) {
  const named = ended.map((one) => say(one.kind, { ...one, reference: one.reference.slice(0, 12) + "…" }));
  return el("div", { class: "card ended" }, el("h3", {}, say("withdrawnNow")),
    ended.length ? [el("p", {}, say("ended")), list(named)] : el("p", {}, say("nothingEnded")));
}
