// What was allowed, and its end.
import { get, post } from "./api.js";
import { moment, say } from "./words.js";
import { badge, button, el, grantView, list, save } from "./view.js";
import { ZERO, hex, lockOf } from "./wallet.js";

const TONE = { active: "good", pending: "wait", revoked: "bad" };

export async function showConsents(place, page) {
  const all = (await get("/consents")).reverse();
  const live = all.filter(({ status }) => status in { active: 0, pending: 0 }), over = all.filter((one) => !live.includes(one));
  place.replaceChildren(
    ...(live.length ? live.map((one) => card(one, page)) : [el("p", { class: "none" }, say("noneConsents"))]),
    over.length ? el("details", {}, el("summary", {}, `${say("older")} (${over.length})`), over.map((one) => card(one, page))) : "");
}

function card(one, page) {
  const live = one.status in TONE && one.status !== "revoked", by = one.signed_by, body = el("div", { class: "actions" });
  if (live) body.append(button("withdraw", "danger", () => sure(one, body, page)));
  body.append(button("copy", "quiet", () => page.doing(async () => save("consent.json", await get(`/consents/${one.entry}/copy`)))));
  return el("article", { class: `card ${live ? "active" : ""}` },
    el("div", { class: "top" }, el("h3", {}, one.grantee_name), badge(say(one.status), TONE[one.status])),
    el("p", { class: "when" }, say("version", { version: one.version, at: moment(one.signed_at) })),
    by ? el("p", {}, badge(say(by.on_paper ? "onPaper" : "signedBy", by), "wait")) : "",
    one.grants.map(grantView), body);
}

function sure(one, body, page) {
  const now = button("withdraw", "danger", () => page.doing(() => withdraw(one, page)));
  body.replaceChildren(el("p", {}, say("withdrawSure")), now, button("back", "quiet", () => page.refresh("")));
  now.focus();
}

async function withdraw(one, page) {
  page.tell(say("signing"));
  const { typed_data: typed } = await post("/revocations/drafts", { grantee: one.grantee, secret: await secretOf(one, page.wallet) });
  if (typed.message.consent !== one.entry) throw new Error(say("changedDraft"));
  const { ended } = await post("/revocations", await page.wallet.sign(typed));
  await page.refresh(say("withdrawnNow"), endedView(ended));
}

/** What opens the consent's lock, so that the chain knows too; zero where this wallet did not lock it. */
async function secretOf(one, wallet) {
  const { lock } = await get(`/consents/${one.entry}/copy`);
  if (lock === ZERO) return ZERO;
  const secret = await wallet.secret(one.grantee, one.version);
  return (await lockOf(secret)) === lock ? hex(secret) : ZERO;
}

function endedView(ended) {
  const named = ended.map((one) => say(one.kind, { ...one, reference: one.reference.slice(0, 12) + "…" }));
  return el("div", { class: "card ended" }, el("h3", {}, say("withdrawnNow")),
    ended.length ? [el("p", {}, say("ended")), list(named)] : el("p", {}, say("nothingEnded")));
}
