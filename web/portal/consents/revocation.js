// The end of a consent. The page writes itself what the revocation ends, from the consent that it ends. If the server's
// summary differs, nothing is signed.
import { get, post } from "../api.js";
import { ZERO } from "../bytes.js";
import { needsFile, secretFor } from "../keys.js";
import { presentAccount } from "../session.js";
import { send } from "../signing/sending.js";
import { endOfConsent, language, nameOf, translate } from "../words.js";

/** @import { Consent, ConsentCopy, Draft, Ended, Grant, RevocationMessage } from "../answers" */
/** @typedef {Draft<RevocationMessage>} RevocationDraft */
/** What is to be ended: the consent, what it says, its lock, and whether only a file opens the lock. @typedef {{ consent: Consent, grants: Grant[], lock: string, isFileNeeded: boolean, draft: RevocationDraft }} Withdrawal */

/** The person's own copy of a consent. @type {(consent: Pick<Consent, "entry">) => Promise<ConsentCopy>} */
export const copyOf = ({ entry }) => get(`/consents/${entry}/copy`);

/** What is signed to end a consent. Throws if the server's draft says anything else. @type {(consent: Consent) => Promise<Withdrawal>} */
export async function withdrawalOf(consent) {
  const { lock, message: { grants } } = await copyOf(consent), account = presentAccount();
  const draft = await fetchDraft(consent, grants, ZERO);
  return { consent, grants, lock, draft, isFileNeeded: await needsFile(consent, lock, account) };
}

/**
 * Sign and send the revocation; the secret comes from `readFile` where only a file has it.
 * @type {(withdrawal: Withdrawal, readFile: () => string | Promise<string>) => Promise<{ id: number, ended: Ended[] }>}
 */
export async function signRevocation({ consent, grants, lock, isFileNeeded, draft: shown }, readFile) {
  const account = presentAccount();
  await account.checkChain(shown.typed_data.domain);
  const draft = await fetchDraft(consent, grants, await (isFileNeeded ? readFile() : secretFor(consent, lock, account)));
  if (!isSameRevocation(draft, shown)) throw new Error(translate("changedDraft"));
  return send("Revocation", nameOf(consent.grantee, consent.grantee_name), account.signer, await account.sign("Revocation", draft));
}

/**
 * A draft by this person that ends this consent only, and whose summary says so. Throws otherwise.
 * @type {(consent: Consent, grants: Grant[], secret: string) => Promise<RevocationDraft>}
 */
async function fetchDraft(consent, grants, secret) {
  /** @type {RevocationDraft} */
  const draft = await post("/revocations/drafts", { grantee: consent.grantee, secret, language }), { message } = draft.typed_data;
  const account = presentAccount(), { signer } = account, { grantee, grantee_name: granteeName, entry } = consent;
  const expected = { ...message, dataSubject: signer, signer, grantee, granteeName, consent: entry, secret };
  const isSummaryRight = JSON.stringify(draft.summary) === JSON.stringify(endOfConsent(message, grants));
  if (!isSummaryRight || JSON.stringify(message) !== JSON.stringify(expected)) throw new Error(translate("changedDraft"));
  await account.check("Revocation", draft);
  return draft;
}

/** True if two drafts differ in nothing but time and secret. @type {(one: RevocationDraft, other: RevocationDraft) => boolean} */
function isSameRevocation(one, other) {
  const content = (/** @type {RevocationDraft} */ { typed_data: { message, domain } }) => JSON.stringify([{ ...message, signedAt: 0, secret: "" }, domain]);
  return content(one) === content(other);
}
