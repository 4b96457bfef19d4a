// The end of a consent, shown whole before it is signed. The page writes itself what the revocation ends, from the consent
// that it ends. If the server's summary differs, nothing is signed.
import { get, post } from "./api.js";
import { ZERO } from "./bytes.js";
import { needsFile, secretField, secretFor } from "./keys.js";
import { button, el, exactView, grantView, list } from "./view.js";
import { endOfConsent, language, translate } from "./words.js";

/** @import { Account, Consent, ConsentCopy, Draft, Ended, Grant, RevocationMessage } from "./answers" */
/** @import { Page } from "./view_host.jsx" */
/** @import { SecretField } from "./keys.js" */
/** @typedef {{ consent: Consent, page: Page, grants: Grant[], lock: string, field: SecretField | null }} Withdrawal */
/** @typedef {Draft<RevocationMessage>} RevocationDraft */

/** The person's own copy of a consent. @type {(consent: Consent) => Promise<ConsentCopy>} */
export const copyOf = (consent) => get(`/consents/${consent.entry}/copy`);

/**
 * Show in `container` what is signed to end a consent, and a button to sign it.
 * @type {(consent: Consent, container: HTMLElement, page: Page) => Promise<void>}
 */
export async function confirmEnd(consent, container, page) {
  const { lock, message: { grants } } = await copyOf(consent), account = page.account;
  const shown = await fetchDraft({ consent, page, grants }, ZERO);
  const field = (await needsFile(consent, lock, account)) ? secretField(lock) : null;
  const title = el("h3", { tabIndex: -1 }, translate("says"));
  container.replaceChildren(
    el("div", { class: "step says" }, title, shown.summary.map((line) => el("p", { class: "sentence" }, line)), hasPermit(grants) ? el("p", { class: "help" }, translate("endsNow")) : ""),
    el("div", { class: "step" }, el("h3", {}, translate("endsThis")), grants.map(grantView)),
    exactView(shown, "exactEnd"),
    field?.view ?? "",
    el("p", { class: "help" }, translate(promptWord(account, lock))),
    el("div", { class: "actions" },
      button("withdraw", "danger", () => page.run(() => signRevocation(shown, { consent, page, grants, lock, field }))),
      button("back", "quiet", () => page.refresh(""))));
  title.focus();
}

/** @type {(shown: RevocationDraft, withdrawal: Withdrawal) => Promise<void>} */
async function signRevocation(shown, { consent, page, lock, field, grants }) {
  const account = page.account;
  page.announce(translate(`signing.${account.kind}`));
  const draft = await fetchDraft({ consent, page, grants }, await (field ? field.read() : secretFor(consent, lock, account)));
  if (!isSameRevocation(draft, shown)) throw new Error(translate("changedDraft"));
  const { ended } = await post("/revocations", await account.sign("Revocation", draft));
  const done = translate(hasPermit(grants) ? "withdrawnNow" : "liftedNow");
  await page.refresh(done, endedView(ended, done));
}

/**
 * A draft by this person that ends this consent only, and whose summary says so. Throws otherwise.
 * @type {(withdrawal: Pick<Withdrawal, "consent" | "page" | "grants">, secret: string) => Promise<RevocationDraft>}
 */
async function fetchDraft({ consent, page, grants }, secret) {
  /** @type {RevocationDraft} */
  const draft = await post("/revocations/drafts", { grantee: consent.grantee, secret, language }), { message } = draft.typed_data;
  const { signer } = page.account, { grantee, grantee_name: granteeName, entry } = consent;
  const expected = { ...message, dataSubject: signer, signer, grantee, granteeName, consent: entry, secret };
  const isSummaryRight = JSON.stringify(draft.summary) === JSON.stringify(endOfConsent(message, grants));
  if (!isSummaryRight || JSON.stringify(message) !== JSON.stringify(expected)) throw new Error(translate("changedDraft"));
  await page.account.check("Revocation", draft);
  return draft;
}

/** True if two drafts differ in nothing but time and secret. @type {(one: RevocationDraft, other: RevocationDraft) => boolean} */
function isSameRevocation(one, other) {
  const content = (/** @type {RevocationDraft} */ { typed_data: { message, domain } }) => JSON.stringify([{ ...message, signedAt: 0, secret: "" }, domain]);
  return content(one) === content(other);
}

/** @param {Account} account @param {string} lock */
const promptWord = ({ kind }, lock) => (kind === "passkey" ? "asks.passkey" : lock === ZERO ? "asksEnd.once" : "asksEnd.wallet");
/** @type {(grants: Grant[]) => boolean} */
const hasPermit = (grants) => grants.some((grant) => grant.effect === "permit");

/** @type {(ended: Ended[], done: string) => HTMLElement} */
function endedView(ended, done) {
  const lines = ended.map((item) => translate(item.kind, { ...item, reference: item.reference.slice(0, 12) + "…" }));
  return el("div", { class: "card ended" }, el("h2", { tabIndex: -1 }, done), ended.length ? [el("p", {}, translate("ended")), list(lines)] : el("p", {}, translate("nothingEnded")));
}
