// From reading a draft to signing it. Exactly what is shown is signed. The page reads the statement itself; of the
// server's texts it shows only the list of changes.
import { asPerson, get, post, subjectOf } from "./api.js";
import { ZERO, hex, lockOf, sha256, utf8 } from "./bytes.js";
import { crewsView } from "./emergencies.js";
import { holdSecret } from "./keys.js";
import { apiForm, narrowView } from "./narrowing.js";
import { button, el, exactView, grantView, list } from "./view.js";
import { language, nameOf, translate } from "./words.js";

/** @import { ConsentMessage, Draft, Grant, Notice } from "./answers" */
/** @import { Page } from "./view_host.jsx" */
/** A draft whose notice came with it. @typedef {Draft<ConsentMessage> & { notice: Notice }} ConsentDraft */
/**
 * What is decided about. `requestDraft` asks the server for the draft with a lock; `grants`, where they are given, are
 * exactly those that the draft must have.
 * @typedef {object} Decision
 * @property {HTMLElement} container
 * @property {Page} page
 * @property {string} grantee
 * @property {Grant[]} [grants]
 * @property {(lock: string) => Promise<Draft<ConsentMessage>>} requestDraft
 * @property {() => unknown} back
 */
const LAYER = "\n\n---\n\n";

/** Show a whole draft, and the ways to go on. @type {(decision: Decision) => Promise<void>} */
export async function decide(decision) {
  const { container, page } = decision, { kind } = page.account, draft = await fetchDraft(decision, ZERO), { message } = draft.typed_data;
  const title = el("h3", { tabIndex: -1 }, translate("noticeTitle"));
  container.replaceChildren(
    noticeView(draft.notice, title),
    el("div", { class: "step says" }, el("h3", {}, translate("says")), el("p", {}, translate("saysTo", { name: nameOf(message.grantee, message.granteeName) })), message.grants.map(grantView),
      await crewsView(message.grantee, message.grants, (left) => page.run(() => decideOn(decision, message, left)))),
    el("div", { class: "step changes" }, el("h3", {}, translate("changes")), draft.changes.length ? el("div", { lang: draft.notice.language }, list(draft.changes)) : el("p", {}, translate("nothingChanges"))),
    exactView(draft, message.dataSubject === page.account.signer ? "exactNote" : "exactWard"),
    el("p", { class: "help" }, translate(message.dataSubject === page.account.signer ? `asks.${kind}` : "asks.ward")),
    el("div", { class: "actions" },
      button(`sign.${kind}`, "primary", () => page.run(() => signConsent(draft, decision))),
      button("narrow", "quiet", () => narrow(decision, message)),
      button("back", "quiet", decision.back)));
  title.focus();
}

/**
 * Show the terms of a consent as check boxes, which lead to a draft with fewer grants under the same notice.
 * @type {(decision: Omit<Decision, "requestDraft">, message: Pick<ConsentMessage, "grantee" | "grants"> & { noticeHash?: string }) => void}
 */
export function narrow(decision, message) {
  decision.container.replaceChildren(narrowView(message.grants, decision.back, (grants) => decision.page.run(() => decideOn(decision, message, grants))));
}

/**
 * Show a draft to the grantee of `message` with these grants, under its notice.
 * @type {(decision: Omit<Decision, "requestDraft">, message: Pick<ConsentMessage, "grantee"> & { noticeHash?: string }, grants: Grant[]) => Promise<void>}
 */
export function decideOn(decision, { grantee, noticeHash }, grants) {
  const requestDraft = (/** @type {string} */ lock) => post(asPerson("/consents/drafts"), { grantee, grants: grants.map(apiForm), notice_hash: noticeHash, language, lock });
  return decide({ ...decision, grants, requestDraft });
}

/** @type {(shown: ConsentDraft, decision: Decision) => Promise<void>} */
async function signConsent(shown, decision) {
  const { page } = decision, account = page.account, { message } = shown.typed_data;
  page.announce(translate(`signing.${account.kind}`));
  // a secret is of one's own consents: the same one would end both
  const secret = message.dataSubject === account.signer ? await account.secret(message.grantee, message.version) : null, lock = secret ? await lockOf(secret) : ZERO;
  const draft = await fetchDraft(decision, lock);
  if (!isSameConsent(draft.typed_data.message, message)) throw new Error(translate("changedDraft"));
  await post("/consents", await account.sign("Consent", draft));
  if (secret && !account.derives) holdSecret(secret, lock, message);
  await page.refresh(translate("done"));
}

/**
 * The draft. Throws unless it is for the person for whom the page acts and this account signs, has the grants that were asked for, and is under the notice that comes with it.
 * @type {(decision: Decision, lock: string) => Promise<ConsentDraft>}
 */
async function fetchDraft({ requestDraft, grantee, grants, page }, lock) {
  const draft = await requestDraft(lock), { message } = draft.typed_data, { signer } = page.account;
  const isOwn = message.dataSubject === subjectOf(signer) && message.signer === signer && message.lock === lock;
  const isAsked = message.grantee.toLowerCase() === grantee.toLowerCase() && (!grants || JSON.stringify(message.grants) === JSON.stringify(grants));
  if (!isOwn || !isAsked || !(await isUnderNotice(draft))) throw new Error(translate("changedDraft"));
  await page.account.check("Consent", draft);
  return /** @type {ConsentDraft} */ (draft);
}

/** @type {(draft: Draft<ConsentMessage>) => Promise<boolean>} */
async function isUnderNotice({ notice, typed_data: { message } }) {
  return notice !== null && hex(await sha256(utf8(notice.text))) === message.noticeHash && notice.language === message.noticeLanguage;
}

/** True if two drafts differ in nothing but time and lock. @type {(one: ConsentMessage, other: ConsentMessage) => boolean} */
function isSameConsent(one, other) {
  return JSON.stringify({ ...one, signedAt: 0, lock: "" }) === JSON.stringify({ ...other, signedAt: 0, lock: "" });
}

/** @type {(notice: Notice, title: HTMLElement) => HTMLElement} */
function noticeView({ text, language: lang }, title) {
  const [short, ...rest] = text.split(LAYER), more = rest.join("\n\n");
  return el("div", { class: "notice", lang }, title, short,
    more ? el("details", {}, el("summary", {}, translate("more")), more) : "");
}

/**
 * The hash of a notice, or of its newest version, in the wanted language where there is one; undefined for an unknown notice.
 * @type {(hash: string, wanted: string) => Promise<string | undefined>}
 */
export async function presentNotice(hash, wanted) {
  const all = await get("/notices"), known = all.find((notice) => notice.hash === hash);
  if (!known) return undefined;
  const rank = (/** @type {Notice} */ notice) => [notice.language === wanted, notice.language === known.language, notice.version].map(Number);
  const fit = all.filter((notice) => notice.name === known.name && !notice.outdated);
  return fit.sort((a, b) => rank(b).map((part, index) => part - rank(a)[index]).find(Boolean) ?? 0)[0]?.hash;
}
