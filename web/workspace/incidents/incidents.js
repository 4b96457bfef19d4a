// Declaring an emergency and extending it: the page compares the draft with what was typed before the wallet signs it.
import { language } from "../../kit/language.js";
import { pages, post } from "../../portal/api.js";
import { changed, checkedDraft, presentTime, signDraft } from "../../portal/drafts.js";
import { presentAccount } from "../../portal/session.js";

/** @import { RecordView, Signable, StatementKind } from "../../portal/answers" */
/** An incident of the caller, or an extension, which names the incident that it `extends`. @typedef {{ incident: string, data_subject: string, incident_number: string, reason: string, until: number, extends: string, state: "waiting" | "justified" | "unjustified", due: number, verdict_reason: string }} OwnIncident */
/** An incident with its extension, if there is one. @typedef {{ declared: OwnIncident, extension: OwnIncident | undefined }} Emergency */
/** What is declared. @typedef {{ person: string, number: string, reason: string, seconds: number }} Declaration */
export const PURPOSE = "hl7:BTG";
const SIZE = 200;

/** The caller's emergencies, the one that is open longest first. @type {() => Promise<Emergency[]>} */
export async function loadEmergencies() {
  /** @type {OwnIncident[]} */
  const all = await pages("/emergency/incidents", (one) => one.incident, SIZE);
  const found = all.filter((one) => !one.extends).map((declared) => ({ declared, extension: all.find((one) => one.extends === declared.incident) }));
  return found.sort((one, other) => endOf(other) - endOf(one));
}

/** When an emergency ends, UTC seconds. @type {(emergency: Emergency) => number} */
export const endOf = ({ declared, extension }) => extension?.until ?? declared.until;

/** What the crew may read of the person now. This leaves a receipt. @type {(emergency: Emergency) => Promise<RecordView[]>} */
export async function loadReached(emergency) {
  const { data_subject: person } = emergency.declared;
  /** @type {{ record: RecordView }[]} */
  const answers = await post("/access/persons", { data_subject: person, purpose: PURPOSE, incident: entryOf(emergency) });
  return answers.map(({ record }) => record);
}

/** The entry that questions name. @type {(emergency: Emergency) => string} */
export const entryOf = ({ declared, extension }) => (extension ?? declared).incident;

/** Declare an emergency. Gives its entry. @type {(declaration: Declaration) => Promise<string>} */
export const declare = ({ person, number, reason, seconds }) => submit("Incident", "incidents", { data_subject: person, incident_number: number, reason, seconds }, (responder, start) => (
  { responder, dataSubject: person, incidentNumber: number, reason, notBefore: start, expires: start + seconds }
));

/** Extend an emergency to all health records. Gives the entry of the extension. @type {(emergency: Emergency, reason: string, seconds: number) => Promise<string>} */
export const extend = ({ declared: { incident, data_subject: person } }, reason, seconds) => submit("IncidentExtension", "extensions", { incident, reason, seconds }, (responder, start) => (
  { responder, dataSubject: person, incident, reason, notBefore: start, until: start + seconds }
));

/** @type {(kind: StatementKind, path: string, form: object, expected: (responder: string, start: number) => object) => Promise<string>} */
async function submit(kind, path, form, expected) {
  /** @type {Signable & { typed_data: { message: { responder: string, notBefore: number } } }} */
  const draft = await post(`/emergency/${path}/drafts`, { ...form, language });
  const { responder, notBefore } = draft.typed_data.message;
  if (responder.toLowerCase() !== presentAccount().address) throw changed();
  await checkedDraft(kind, draft, expected(responder, presentTime(notBefore)));
  return (await post(`/emergency/${path}`, await signDraft(kind, draft))).entry;
}
