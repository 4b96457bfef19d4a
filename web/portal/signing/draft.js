// Drafts of consents: what comes from the server is compared with what was asked for before it is shown, and with what was
// shown before it is signed. The page reads the statement itself; of the server's texts it shows only the list of changes.
import { asPerson, get, post, subjectOf } from "../api.js";
import { ZERO, hex, lockOf, sha256, utf8 } from "../bytes.js";
import { apiForm } from "../grants/terms.js";
import { presentAccount } from "../session.js";
import { language, translate } from "../words.js";
import { sparedFor } from "./emergencies.js";

/** @import { ConsentMessage, Draft, Grant, Notice, SignedForm } from "../answers" */
/** A draft whose notice came with it. @typedef {Draft<ConsentMessage> & { notice: Notice }} ConsentDraft */
/**
 * What is decided about. `requestDraft` asks the server for the draft with a lock; `grants`, where they are given, are
 * exactly those that the draft must have. `asked` are those of the request that is answered.
 * @typedef {{ grantee: string, grants?: Grant[], asked?: Grant[], requestDraft: (lock: string) => Promise<Draft<ConsentMessage>> }} Decision
 */
/** A draft to be shown; `spared` are the grants that leave emergencies out, where that is a choice. @typedef {{ decision: Decision, draft: ConsentDraft, spared: Grant[] | null }} Shown */
/** What was signed, with the secret that withdraws it on the chain where there is one. @typedef {{ form: SignedForm, message: ConsentMessage, secret: Bytes | null, lock: string }} SignedConsent */

/** The draft to show. Throws as `fetchDraft`. @type {(decision: Decision) => Promise<Shown>} */
export async function shownDraft(decision) {
  const draft = await fetchDraft(decision, ZERO), { grantee, grants } = draft.typed_data.message;
  return { decision, draft, spared: await sparedFor(grantee, grants) };
}

/**
 * A decision for the grantee of `message` with these grants, under its notice.
 * @type {(message: Pick<ConsentMessage, "grantee"> & { noticeHash?: string }, grants: Grant[], asked?: Grant[]) => Decision}
 */
export function decisionFor({ grantee, noticeHash }, grants, asked) {
  const requestDraft = (/** @type {string} */ lock) => post(asPerson("/consents/drafts"), { grantee, grants: grants.map(apiForm), notice_hash: noticeHash, language, lock });
  return { grantee, grants, asked, requestDraft };
}

/** Sign what was shown. Throws without signing if the server's draft is another one by now. @type {(shown: Shown) => Promise<SignedConsent>} */
export async function signShown({ draft: shown, decision }) {
  const account = presentAccount(), { message } = shown.typed_data;
  await account.checkChain(shown.typed_data.domain);
  // a secret is of one's own consents: the same one would end both
  const secret = message.dataSubject === account.signer ? await account.secret(message.grantee, message.version) : null, lock = secret ? await lockOf(secret) : ZERO;
  const draft = await fetchDraft(decision, lock);
  if (!isSameConsent(draft.typed_data.message, message)) throw new Error(translate("changedDraft"));
  const form = await account.sign("Consent", draft);
  return { form, message: draft.typed_data.message, secret: account.derives ? null : secret, lock };
}

/**
 * The draft. Throws unless it is for the person for whom the page acts and this account signs, has the grants that were asked for, and is under the notice that comes with it.
 * @type {(decision: Decision, lock: string) => Promise<ConsentDraft>}
 */
async function fetchDraft({ requestDraft, grantee, grants }, lock) {
  const draft = await requestDraft(lock), { message } = draft.typed_data, account = presentAccount(), { signer } = account;
  const isOwn = message.dataSubject === subjectOf(signer) && message.signer === signer && message.lock === lock;
  const isAsked = message.grantee.toLowerCase() === grantee.toLowerCase() && (!grants || JSON.stringify(message.grants) === JSON.stringify(grants));
  if (!isOwn || !isAsked || !(await isUnderNotice(draft))) throw new Error(translate("changedDraft"));
  await account.check("Consent", draft);
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

/**
 * The hash of a notice, or of its newest version, in the wanted language where there is one; undefined for an unknown notice.
 * @type {(hash: string, wanted: string) => Promise<string | undefined>}
 */
export async function presentNotice(hash, wanted) {
  const all = await get("/notices"), known = all.find((notice) => notice.hash === hash);
  return known && newest(all.filter(({ name }) => name === known.name), [wanted, known.language]);
}

/** The hash of the newest notice that belongs to no single study, in the page's language where there is one. @type {() => Promise<string | undefined>} */
export async function generalNotice() {
  return newest((await get("/notices")).filter(({ name }) => name === "general"), [language]);
}

/** @type {(notices: Notice[], languages: string[]) => string | undefined} */
function newest(notices, languages) {
  const rank = (/** @type {Notice} */ notice) => [...languages.map((one) => Number(notice.language === one)), notice.version];
  return notices.filter(({ outdated }) => !outdated).sort((a, b) => rank(b).map((part, index) => part - rank(a)[index]).find(Boolean) ?? 0)[0]?.hash;
}
