// Naming somebody who may act for the person, and ending that. The page writes every member of what is signed itself.
import { get, post } from "../api.js";
import { ZERO } from "../bytes.js";
import { changed, checkedDraft, presentTime, signDraft } from "../drafts.js";
import { presentAccount } from "../session.js";
import { language } from "../words.js";

/** @import { Domain, Signable } from "../answers" */
/** @import { DelegationMessage, DelegationView, EndedItem } from "../personal_answers" */
/** @typedef {{ delegate: string, name: string, relation: string, categories: string[], expires: number }} Appointment */
/** @typedef {{ typed_data: { primaryType: string, message: DelegationMessage, domain: Domain } }} DelegationDraft */
/** Relations that the person names themselves; an authority names a guardian. */
export const RELATIONS = /** @type {const} */ (["representative", "carer", "attorney"]);
export const OWN_DEVICE = "own-device", EVERYTHING = "*";
/** Nobody is named for longer; as in ledger/kernel/consents/delegate.py. */
export const LONGEST_DAYS = 3650;
const PAPER = "paper:";

/** The delegations of the person, the newest first; without what witnesses of consents on paper signed. @type {() => Promise<DelegationView[]>} */
export async function delegations() {
  /** @type {DelegationView[]} */
  const all = await get("/delegations");
  return all.filter(({ relation }) => !relation.startsWith(PAPER)).reverse();
}

/** True while the delegate may act, or will once it is on chain. @type {(delegation: DelegationView) => boolean} */
export const isLive = ({ status }) => status === "active" || status === "pending";

/** The draft of a delegation. Throws unless it says exactly what was chosen, by this account. @type {(wanted: Appointment) => Promise<DelegationDraft>} */
export async function draftDelegation({ delegate, name, relation, categories, expires }) {
  /** @type {DelegationDraft} */
  const draft = await post("/delegations/drafts", { delegate, delegate_name: name, relation, categories, expires, language });
  const { signer } = presentAccount(), signedAt = presentTime(draft.typed_data.message.signedAt);
  return checkedDraft("Delegation", draft, { dataSubject: signer, delegator: signer, delegate, delegateName: name, relation, categories, notBefore: 0, expires, proof: ZERO, signedAt, lock: ZERO });
}

/** Sign a fresh draft of what was shown, and submit it. Gives what the one that it renews loses. @type {(shown: DelegationDraft, wanted: Appointment) => Promise<EndedItem[]>} */
export async function nameDelegate(shown, wanted) {
  const draft = await draftDelegation(wanted);
  if (!isSame(draft, shown)) throw changed();
  const { ended } = await post("/delegations", await signDraft("Delegation", draft));
  return ended;
}

/** The draft of the end of a delegation. Throws unless it ends this one only. @type {(delegation: DelegationView) => Promise<Signable>} */
export async function draftEnd({ delegate, delegate_name: granteeName, entry }) {
  const draft = await post("/delegations/ends/drafts", { delegate, language }), { signer } = presentAccount();
  const signedAt = presentTime(draft.typed_data.message.signedAt);
  return checkedDraft("Revocation", draft, { dataSubject: signer, signer, grantee: `delegate:${delegate}`, granteeName, version: 2, consent: entry, secret: ZERO, signedAt });
}

/** Sign a fresh draft of the end that was shown. Gives what ended with it. @type {(shown: Signable, delegation: DelegationView) => Promise<EndedItem[]>} */
export async function endDelegation(shown, delegation) {
  const draft = await draftEnd(delegation);
  if (!isSame(draft, shown)) throw changed();
  const { ended } = await post("/revocations", await signDraft("Revocation", draft));
  return ended;
}

/** True if two drafts differ in nothing but time. @type {(one: Signable, other: Signable) => boolean} */
function isSame({ typed_data: one }, { typed_data: other }) {
  const content = (/** @type {Signable["typed_data"]} */ { message, domain }) => JSON.stringify([{ ...message, signedAt: 0 }, domain]);
  return content(one) === content(other);
}
