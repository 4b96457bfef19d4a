// The records of the person and the names of their holders.
import { messages } from "../../kit/messages.js";
import { asPerson, get } from "../api.js";
import { inLanguage, lookUp } from "../words.js";

/** @import { RecordView } from "../answers" */
/** @import { Tone } from "../../kit/card.jsx" */
/** @typedef {{ records: RecordView[], names: Record<string, string> }} Records */
/** @type {Record<RecordView["status"], Tone>} */
const TONES = { anchored: "good", pending: "wait", superseded: "", erased: "bad" };
const t = messages(
  { anchored: "on chain", pending: "not on chain yet", superseded: "corrected", erased: "erased", self: "yourself (self-declared)" },
  { anchored: "체인 기록됨", pending: "체인 기록 중", superseded: "정정됨", erased: "삭제됨", self: "본인 제출" },
);

/** The records, the newest first, with the names of the parties. @type {() => Promise<Records>} */
export async function loadRecords() {
  const [records, parties] = await Promise.all([/** @type {Promise<RecordView[]>} */ (get(asPerson("/records"))), /** @type {Promise<{ account: string, name: string }[]>} */ (get("/parties"))]);
  return { records: records.reverse(), names: Object.fromEntries(parties.map(({ account, name }) => [account, name])) };
}

/** True for a document of the person's own. @type {(record: RecordView) => boolean} */
export const isOwn = ({ declared_by: declaredBy }) => declaredBy === "self";

/** The name of the holder of a record. @type {(record: RecordView, names: Records["names"]) => string} */
export const holderName = (record, names) => (isOwn(record) ? t("self") : partyName(record.holder, names));

/** The name of a party; its account where it has none. @type {(account: string, names: Records["names"]) => string} */
export const partyName = (account, names) => inLanguage(lookUp(names, account) ?? account);

/** The state of a record in words. @type {(status: RecordView["status"]) => string} */
export const statusText = (status) => t(status);

/** @type {(status: RecordView["status"]) => Tone} */
export const statusTone = (status) => TONES[status];
