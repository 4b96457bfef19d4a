// What was allowed: changing it, and its end.
import { get } from "./api.js";
import { narrow, presentNotice } from "./deciding.js";
import { badge, button, el, grantView, save } from "./view.js";
import { confirmEnd, copyOf } from "./withdrawing.js";
import { language, moment, nameOf, say } from "./words.js";

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
  const name = nameOf(one.grantee, one.grantee_name);
  return el("article", { class: `card ${live ? "active" : ""}`, ariaLabel: name },
    el("div", { class: "top" }, el("h2", {}, name), badge(say(one.status), TONE[one.status])),
    el("p", { class: "when" }, say("version", { version: one.version, at: moment(one.signed_at) })),
    by ? el("p", {}, badge(say(by.on_paper ? "onPaper" : "signedBy", by), "wait")) : "", body);
}

function choices(one, live, page) {
  const made = el("div", { class: "actions" });
  if (live) made.append(
    button("change", "quiet", () => page.doing(() => change(one, made.parentElement, page))),
    button("withdraw", "danger", () => page.doing(() => confirmEnd(one, made.parentElement, page))));
  made.append(button("copy", "quiet", () => page.doing(async () => save("consent.json", await copyOf(one)))));
  return made;
}

async function change(one, place, page) {
  const { message } = await copyOf(one), noticeHash = await presentNotice(message.noticeHash, language);
  narrow({ place, page, grantee: one.grantee, back: () => page.refresh("") }, { ...message, noticeHash });
}
