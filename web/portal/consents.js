// The consents of the person: reading, narrowing and ending them.
import { get } from "./api.js";
import { decideOn, narrow, presentNotice } from "./deciding.js";
import { crewsView } from "./emergencies.js";
import { badge, button, el, grantView, save } from "./view.js";
import { confirmEnd, copyOf } from "./withdrawing.js";
import { language, nameOf, timeText, translate } from "./words.js";

/** @import { Consent, ConsentMessage, Grant } from "./answers" */
/** @import { Page } from "./view_host.jsx" */
/** @type {Partial<Record<Consent["status"], string>>} */
const TONE = { active: "good", pending: "wait", revoked: "bad" };
/** @type {(consent: Consent) => boolean} */
const isLive = ({ status }) => status === "active" || status === "pending";

/** Show the consents, the newest first. @type {(container: HTMLElement, page: Page) => Promise<void>} */
export async function showConsents(container, page) {
  const all = (await get("/consents")).reverse();
  const live = all.filter(isLive), over = all.filter((consent) => !isLive(consent));
  const cards = await Promise.all(live.map((consent) => card(consent, page)));
  container.replaceChildren(
    ...(live.length ? cards : [el("p", { class: "none" }, translate("noneConsents"))]),
    over.length ? el("details", {}, el("summary", {}, `${translate("older")} (${over.length})`), await Promise.all(over.map((consent) => card(consent, page)))) : "");
}

/** @type {(consent: Consent, page: Page) => Promise<HTMLElement>} */
async function card(consent, page) {
  const by = consent.signed_by, body = el("div", {}, consent.grants.map(grantView)), name = nameOf(consent.grantee, consent.grantee_name);
  const spare = (/** @type {Grant[]} */ left) => page.run(async () => decideOn(decisionOf(consent, body, page), await present(consent), left));
  body.append((isLive(consent) && (await crewsView(consent.grantee, consent.grants, spare))) || "", choices(consent, body, page));
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
  narrow(decisionOf(consent, container, page), await present(consent));
}

/**
 * What is signed of the consent, under the newest version of its notice.
 * @type {(consent: Consent) => Promise<Omit<ConsentMessage, "noticeHash"> & { noticeHash?: string }>}
 */
async function present(consent) {
  const { message } = await copyOf(consent);
  return { ...message, noticeHash: await presentNotice(message.noticeHash, language) };
}

/** @type {(consent: Consent, container: HTMLElement, page: Page) => { container: HTMLElement, page: Page, grantee: string, back: () => unknown }} */
function decisionOf({ grantee }, container, page) {
  return { container, page, grantee, back: () => page.refresh("") };
}
