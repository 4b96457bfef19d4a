// The consents of the person: reading, narrowing and ending them.
import { get } from "./api.js";
import { narrow, presentNotice } from "./deciding.js";
import { badge, button, el, grantView, save } from "./view.js";
import { confirmEnd, copyOf } from "./withdrawing.js";
import { language, nameOf, timeText, translate } from "./words.js";

/** @import { Consent } from "./answers" */
/** @import { Page } from "./main.js" */
/** @type {Partial<Record<Consent["status"], string>>} */
const TONE = { active: "good", pending: "wait", revoked: "bad" };
/** @type {(consent: Consent) => boolean} */
const isLive = ({ status }) => status === "active" || status === "pending";

/** Show the consents, the newest first. @type {(container: HTMLElement, page: Page) => Promise<void>} */
export async function showConsents(container, page) {
  const all = (await get("/consents")).reverse();
  const live = all.filter(isLive), over = all.filter((consent) => !isLive(consent));
  container.replaceChildren(
    ...(live.length ? live.map((consent) => card(consent, page)) : [el("p", { class: "none" }, translate("noneConsents"))]),
    over.length ? el("details", {}, el("summary", {}, `${translate("older")} (${over.length})`), over.map((consent) => card(consent, page))) : "");
}

/** @type {(consent: Consent, page: Page) => HTMLElement} */
function card(consent, page) {
  const by = consent.signed_by, body = el("div", {}, consent.grants.map(grantView)), name = nameOf(consent.grantee, consent.grantee_name);
  body.append(choices(consent, body, page));
  return el("article", { class: `card ${isLive(consent) ? "active" : ""}`, ariaLabel: name },
    el("div", { class: "top" }, el("h2", {}, name), badge(translate(consent.status), TONE[consent.status])),
    el("p", { class: "when" }, translate("version", { version: consent.version, at: timeText(consent.signed_at) })),
    by ? el("p", {}, badge(translate(by.on_paper ? "onPaper" : "signedBy", by), "wait")) : "", body);
}

/** @type {(consent: Consent, container: HTMLElement, page: Page) => HTMLElement} */
function choices(consent, container, page) {
  const live = isLive(consent);
  return el("div", { class: "actions" },
    live && button("change", "quiet", () => page.run(() => change(consent, container, page))),
    live && button("withdraw", "danger", () => page.run(() => confirmEnd(consent, container, page))),
    button("copy", "quiet", () => page.run(async () => save("consent.json", await copyOf(consent)))));
}

/** @type {(consent: Consent, container: HTMLElement, page: Page) => Promise<void>} */
async function change(consent, container, page) {
  const { message } = await copyOf(consent), noticeHash = await presentNotice(message.noticeHash, language);
  narrow({ container, page, grantee: consent.grantee, back: () => page.refresh("") }, { ...message, noticeHash });
}
