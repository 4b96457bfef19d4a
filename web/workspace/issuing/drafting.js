// What would be issued: the server seals and drafts, and the page compares each statement with what was asked for.
import { language } from "../../kit/language.js";
import { Refused, post } from "../../portal/api.js";
import { ZERO } from "../../portal/bytes.js";
import { changed, presentTime } from "../../portal/drafts.js";
import { presentAccount } from "../../portal/session.js";

/** @import { Domain, Whole } from "../../portal/answers" */
/** @import { Patient } from "./choice.js" */
/** @import { IssueFile } from "./read_file.js" */
/** @typedef {{ recordId: string, dataSubject: string, holder: string, category: string, dataFrom: Whole, dataUntil: Whole, commitment: string, cid: string, supersedes: string, issuedAt: Whole, lock: string }} IssueMessage */
/** @typedef {{ primaryType: string, message: IssueMessage, domain: Domain }} IssueDraft */
/** A part of a file that becomes no record; with `refused` it may be about the person. @typedef {{ resource_type: string, reason: string, place: string, refused: boolean }} Skipped */
/** Content of which a record stands. @typedef {{ resource_type?: string, place?: string, record_id: string }} Duplicate */
/** @typedef {{ drafts: IssueDraft[], skipped: Skipped[], duplicates: Duplicate[] }} Drafted */
/** What a single record is about; times are UTC seconds, 0 where they are not known. `corrects` is the id of the record that it replaces. @typedef {{ category: string, from: number, until: number, corrects: string }} SingleTerms */
const MEMBERS = "recordId dataSubject holder category dataFrom dataUntil commitment cid supersedes issuedAt lock";

/** The drafts of a FHIR file. Throws Refused, and an error where a draft is another one. @type {(file: IssueFile & { kind: "fhir" }, patient: Patient) => Promise<Drafted>} */
export async function draftBundle({ content }, patient) {
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json", "accept-language": language, "content-type": "application/fhir+json", ...(patient.number && { "patient-number": patient.number }) };
  const response = await fetch(`/health/bundles/drafts${patient.number ? "" : `?data_subject=${patient.signer}`}`, { method: "POST", headers, body: content });
  const answer = JSON.parse((await response.text()) || "{}");
  if (!response.ok) throw new Refused(response.status, { ...answer, message: [answer.message, answer.detail].filter(Boolean).join(" ") });
  return checked(answer, patient, ZERO);
}

/** The draft of one record. Throws Refused, and an error where the draft is another one. @type {(file: IssueFile & { kind: "single" }, patient: Patient, terms: SingleTerms) => Promise<Drafted>} */
export async function draftSingle({ content, mediaType }, patient, { category, from, until, corrects }) {
  const person = patient.number ? { patient_number: patient.number } : { data_subject: patient.signer };
  const supersedes = corrects || ZERO, about = { category, media_type: mediaType, data_from: from, data_until: until, supersedes };
  const answer = await post("/records/drafts", { records: [{ ...person, ...about, content_base64: base64Of(content) }] });
  const drafted = checked({ ...answer, skipped: [] }, patient, supersedes), isAsked = (/** @type {IssueDraft} */ { message: m }) => m.category === category && Number(m.dataFrom) === from && Number(m.dataUntil) === until;
  if (!drafted.drafts.every(isAsked)) throw changed();
  return drafted;
}

/** @type {(drafted: Drafted, patient: Patient, supersedes: string) => Drafted} */
function checked(drafted, patient, supersedes) {
  for (const { primaryType, message } of drafted.drafts) {
    const isOurs = message.dataSubject === patient.signer && message.holder.toLowerCase() === presentAccount().address && message.supersedes === supersedes && message.lock === ZERO;
    if (primaryType !== "Issue" || Object.keys(message).join(" ") !== MEMBERS || !isOurs) throw changed();
    presentTime(message.issuedAt);
  }
  return drafted;
}

const PIECE = 0x8000;
/** @type {(content: Bytes) => string} */
function base64Of(content) {
  let text = "";
  for (let start = 0; start < content.length; start += PIECE) text += String.fromCharCode(...content.subarray(start, start + PIECE));
  return btoa(text);
}
