// From reading to signing: what is shown is what is signed, or nothing is. The page reads the statement itself; of the
// server's words it shows only what the statement would change.
import { get, post, write } from "./api.js";
import { ZERO, hex, lockOf, sha256, utf8 } from "./bytes.js";
import { holdSecret } from "./keys.js";
import { button, el, exactView, grantView, list } from "./view.js";
import { language, nameOf, say } from "./words.js";
import { narrowView } from "./narrowing.js";

const LAYER = "\n\n---\n\n";

/** Show a draft, whole, and the ways to go on. A matter is { place, page, grantee, again, back }: `again(lock)` drafts it,
 *  `grants`, where given, are exactly those it must have. */
export async function decide(matter) {
  const { place, page } = matter, draft = await drafted(matter, ZERO), said = draft.typed_data.message;
  const title = el("h3", { tabIndex: -1 }, say("noticeTitle"));
  place.replaceChildren(
    noticeView(draft.notice, title),
    el("div", { class: "step says" }, el("h3", {}, say("says")), el("p", {}, say("saysTo", { name: nameOf(said.grantee, said.granteeName) })), said.grants.map(grantView)),
    el("div", { class: "step changes" }, el("h3", {}, say("changes")), draft.changes.length ? el("div", { lang: draft.notice.language }, list(draft.changes)) : el("p", {}, say("nothingChanges"))),
    exactView(draft),
    el("p", { class: "help" }, say(`asks.${page.hand.kind}`)),
    el("div", { class: "actions" },
      button(`sign.${page.hand.kind}`, "primary", () => page.doing(() => signed(draft, matter))),
      button("narrow", "quiet", () => narrow(matter, said)),
      button("back", "quiet", matter.back)));
  title.focus();
}

/** Ticks on the way to fewer grants to the same grantee, under the same notice. */
export function narrow(matter, said) {
  matter.place.replaceChildren(narrowView(said.grants, matter.back, (grants, forms) => {
    const again = (lock) => post("/consents/drafts", { grantee: said.grantee, grants: forms, notice_hash: said.noticeHash, language, lock });
    return matter.page.doing(() => decide({ ...matter, grants, again }));
  }));
}

async function signed(shown, matter) {
  const { page } = matter, before = shown.typed_data.message;
  page.tell(say(`signing.${page.hand.kind}`));
  const secret = await page.hand.secret(before.grantee, before.version), lock = await lockOf(secret);
  const draft = await drafted(matter, lock);
  if (!sameWords(draft.typed_data.message, before)) throw new Error(say("changedDraft"));
  await post("/consents", await page.hand.sign("Consent", draft));
  if (!page.hand.derives) holdSecret(secret, lock, before);
  await page.refresh(say("done"));
}

/** A draft that says what it was asked to say, by this person, under the very notice that comes with it. */
async function drafted({ again, grantee, grants, page }, lock) {
  const draft = await again(lock), { message: said } = draft.typed_data, { signer } = page.hand;
  const mine = said.dataSubject === signer && said.signer === signer && said.lock === lock;
  const theirs = said.grantee.toLowerCase() === grantee.toLowerCase() && (!grants || write(said.grants) === write(grants));
  const told = hex(await sha256(utf8(draft.notice.text))) === said.noticeHash && draft.notice.language === said.noticeLanguage;
  if (!mine || !theirs || !told) throw new Error(say("changedDraft"));
  await page.hand.check("Consent", draft);
  return draft;
}

/** Whether two drafts say the same, whenever they were made and however they are locked. */
function sameWords(one, other) {
  const words = ({ signedAt, lock, ...rest }) => write(rest);
  return words(one) === words(other);
}

function noticeView({ text, language: spoken }, title) {
  const [short, ...rest] = text.split(LAYER), more = rest.join("\n\n");
  return el("div", { class: "notice", lang: spoken }, title, short,
    more ? el("details", {}, el("summary", {}, say("more")), more) : "");
}

/** The notice of that hash, or what replaced it, in the wanted language where there is one. */
export async function presentNotice(hash, wanted) {
  const all = await get("/notices"), mine = all.find((one) => one.hash === hash);
  const rank = (one) => [one.language === wanted, one.language === mine.language, one.version].map(Number);
  const fit = all.filter((one) => mine && one.name === mine.name && !one.outdated);
  return fit.sort((a, b) => rank(b).map((part, at) => part - rank(a)[at]).find(Boolean) ?? 0)[0]?.hash;
}
