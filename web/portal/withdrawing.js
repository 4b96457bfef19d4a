// The end of a consent: read whole before it is signed. The page says itself what the statement ends, out of the consent
// that it ends; the server's summary must say the same, or nothing is signed.
import { get, post, write } from "./api.js";
import { ZERO } from "./bytes.js";
import { keyField, needsFile, openerOf } from "./keys.js";
import { button, el, exactView, grantView, list } from "./view.js";
import { endOfConsent, language, say } from "./words.js";

export const copyOf = (one) => get(`/consents/${one.entry}/copy`);

/** Show in `place` what would be signed to end the consent `one`, and the way to sign it. */
export async function confirmEnd(one, place, page) {
  const { lock, message: { grants } } = await copyOf(one), matter = { one, page, grants, lock };
  const shown = await drafted(matter, ZERO);
  matter.field = (await needsFile(one, lock, page.hand)) ? keyField(lock) : null;
  const title = el("h3", { tabIndex: -1 }, say("says"));
  place.replaceChildren(
    el("div", { class: "step says" }, title, shown.summary.map((line) => el("p", { class: "sentence" }, line)), permits(grants) ? el("p", { class: "help" }, say("endsNow")) : ""),
    el("div", { class: "step" }, el("h3", {}, say("endsThis")), grants.map(grantView)),
    exactView(shown, "exactEnd"),
    matter.field?.view ?? "",
    el("p", { class: "help" }, say(asks(page.hand, lock))),
    el("div", { class: "actions" },
      button("withdraw", "danger", () => page.doing(() => signed(shown, matter))),
      button("back", "quiet", () => page.refresh(""))));
  title.focus();
}

async function signed(shown, matter) {
  const { one, page, lock, field, grants } = matter;
  page.tell(say(`signing.${page.hand.kind}`));
  const draft = await drafted(matter, await (field ? field.read() : openerOf(one, lock, page.hand)));
  if (!sameWords(draft, shown)) throw new Error(say("changedDraft"));
  const { ended } = await post("/revocations", await page.hand.sign("Revocation", draft));
  const done = say(permits(grants) ? "withdrawnNow" : "liftedNow");
  await page.refresh(done, endedView(ended, done));
}

/** A draft by this person that ends this consent and nothing else, and whose summary says so. */
async function drafted({ one, page, grants }, secret) {
  const draft = await post("/revocations/drafts", { grantee: one.grantee, secret, language }), said = draft.typed_data.message;
  const { signer } = page.hand, { grantee, grantee_name: granteeName, entry: consent } = one;
  const asked = Object.entries({ dataSubject: signer, signer, grantee, granteeName, consent, secret });
  const told = write(draft.summary) === write(endOfConsent(said, grants));
  if (!told || asked.some(([member, value]) => said[member] !== value)) throw new Error(say("changedDraft"));
  await page.hand.check("Revocation", draft);
  return draft;
}

/** Whether two drafts say the same, whenever they were made and whatever secret they carry. */
function sameWords(one, other) {
  const words = ({ typed_data: { message: { signedAt, secret, ...rest }, domain } }) => write({ rest, domain });
  return words(one) === words(other);
}

const asks = ({ kind }, lock) => (kind === "passkey" ? "asks.passkey" : lock === ZERO ? "asksEnd.once" : "asksEnd.wallet");
const permits = (grants) => grants.some((grant) => grant.effect === "permit");

function endedView(ended, done) {
  const named = ended.map((one) => say(one.kind, { ...one, reference: one.reference.slice(0, 12) + "…" }));
  return el("div", { class: "card ended" }, el("h2", { tabIndex: -1 }, done), ended.length ? [el("p", {}, say("ended")), list(named)] : el("p", {}, say("nothingEnded")));
}
