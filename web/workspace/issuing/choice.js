// What one part of the place hands to another: the patient to issue to, and the record that is corrected. It stands in no address.
import { createStore } from "../../kit/store.js";

/** @import { RecordView } from "../../portal/answers" */
/** A person by the holder's number, or by their account alone. @typedef {{ signer: string, number: string }} Patient */
/** A record of this holder. @typedef {RecordView & { data_subject: string, supersedes: string }} IssuedRecord */
const NOTHING = { patient: /** @type {Patient | null} */ (null), corrects: /** @type {IssuedRecord | null} */ (null) };

/** What is chosen now. */
export const choice = createStore(NOTHING);

/** Begin anew. */
export const clearChoice = () => choice.set(NOTHING);
