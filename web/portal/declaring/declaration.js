// Declaring a document of one's own: the page writes the text that is signed, and compares it with the server's.
import { post } from "../api.js";
import { hex, sha256 } from "../bytes.js";
import { changed, presentTime } from "../drafts.js";
import { presentAccount } from "../session.js";

/**
 * What is declared; times are UTC seconds, 0 where they are not known.
 * @typedef {{ category: string, mediaType: string, content: Bytes, from: number, until: number }} Declared
 */
/** What is signed, with its digest. @typedef {{ text: string, form: { category: string, media_type: string, document: string, data_from: number, data_until: number, declared_at: number } }} DeclarationDraft */

/** The draft. Throws unless the server's text is the one that this page writes. @type {(declared: Declared) => Promise<DeclarationDraft>} */
export async function draftDeclaration({ category, mediaType, content, from, until }) {
  const form = { category, media_type: mediaType, document: hex(await sha256(content)), data_from: from, data_until: until };
  const { text, declared_at: declaredAt } = await post("/me/records/drafts", form);
  const drafted = { ...form, declared_at: presentTime(declaredAt) };
  if (text !== textOf(drafted)) throw changed();
  return { text, form: drafted };
}

/** Sign a fresh draft of what was shown, and store the document. Gives the id of its record. @type {(declared: Declared) => Promise<string>} */
export async function declare(declared) {
  const { text, form } = await draftDeclaration(declared), signature = await presentAccount().signText(text);
  const content = btoa(Array.from(declared.content, (byte) => String.fromCharCode(byte)).join(""));
  return (await post("/me/records", { ...form, signature, content_base64: content })).record_id;
}

/** As `Declaration.text` of ledger/self_declared.py, for one who declares for themselves. @type {(form: DeclarationDraft["form"]) => string} */
function textOf({ category, media_type: mediaType, document, data_from: from, data_until: until, declared_at: declaredAt }) {
  const lines = [`Person: ${presentAccount().signer}`, `Category: ${category}`, `Media type: ${mediaType}`, from || until ? `Period: ${dateOf(from)} to ${dateOf(until)}` : "", `SHA-256: ${document}`, `Declared at: ${dateOf(declaredAt)}`];
  return `I declare this document myself. Nobody else confirms it.\n\n${lines.filter(Boolean).join("\n")}`;
}

/** @type {(seconds: number) => string} */
const dateOf = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
