// Drafts of the server, checked before they are signed: each member is what the person chose or what the page knows.
import { now } from "../kit/dates.js";
import { presentAccount } from "./session.js";
import { translate } from "./words.js";

/** @import { Signable, SignedForm, StatementKind } from "./answers" */
/** Seconds by which the clocks of the page and of the server may differ. */
const CLOCK_SKEW = 900;

/**
 * The draft, if its message has exactly the members of `expected`, in their order, and the account may sign it. Throws otherwise.
 * @template {Signable} Draft
 * @param {StatementKind} kind @param {Draft} draft @param {object} expected
 * @returns {Promise<Draft>}
 */
export async function checkedDraft(kind, draft, expected) {
  const { message, primaryType } = draft.typed_data;
  if (primaryType !== kind || JSON.stringify(message) !== JSON.stringify(expected)) throw changed();
  await presentAccount().check(kind, draft);
  return draft;
}

/** The error for a draft that says something else than what was shown. */
export const changed = () => new Error(translate("changedDraft"));

/** The time of a draft, if it is that of this moment. Throws otherwise. @type {(time: unknown) => number} */
export function presentTime(time) {
  if (typeof time !== "number" || Math.abs(time - now()) > CLOCK_SKEW) throw changed();
  return time;
}

/** Sign a draft that was checked. Throws without signing if the wallet is on another chain. @type {(kind: StatementKind, draft: Signable) => Promise<SignedForm>} */
export async function signDraft(kind, draft) {
  const account = presentAccount();
  await account.checkChain(draft.typed_data.domain);
  return account.sign(kind, draft);
}
