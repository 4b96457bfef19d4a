// Drafting and signing the erasure of records. The page writes every member of what is signed itself, but for the address of
// the sealed content, which only the server knows; it is shown.
import { get, post } from "../api.js";
import { bytesOf, hex, sha256, utf8 } from "../bytes.js";
import { changed, checkedDraft, presentTime, signDraft } from "../drafts.js";
import { presentAccount } from "../session.js";
import { language } from "../words.js";

/** @import { Domain, Signable } from "../answers" */
/** @import { Certificate, ErasureMessage, OwnRecord } from "../personal_answers" */
/** @typedef {{ typed_data: { primaryType: string, message: ErasureMessage, domain: Domain } }} ErasureDraft */
/** How many records one call erases. */
export const MOST = 1000;
const CID = /^[A-Za-z0-9]{1,120}$/;

/** The records that can be erased, the newest first. @type {() => Promise<OwnRecord[]>} */
export async function erasable() {
  /** @type {OwnRecord[]} */
  const records = await get("/records");
  return records.filter(({ status }) => status !== "erased").reverse();
}

/** A draft for each of these records. Throws unless they are exactly about them, by this account. @type {(records: string[]) => Promise<ErasureDraft[]>} */
export async function draftErasures(records) {
  const { drafts } = await post("/me/erasures/drafts", { records, language });
  if (!Array.isArray(drafts) || drafts.length !== records.length) throw changed();
  return Promise.all(records.map((recordId, index) => checkedErasure(recordId, drafts[index])));
}

/** @type {(recordId: string, typed: ErasureDraft["typed_data"]) => Promise<ErasureDraft>} */
async function checkedErasure(recordId, typed) {
  const { cid, erasedAt } = typed.message, { signer } = presentAccount();
  if (typeof cid !== "string" || !CID.test(cid)) throw changed();
  return checkedDraft("Erasure", { typed_data: typed }, { recordId, signer, cid, keyId: await keyIdOf(recordId), erasedAt: presentTime(erasedAt) });
}

/** The name of a record's key in an erasure; as in ledger/record.py. @type {(recordId: string) => Promise<string>} */
const keyIdOf = async (recordId) => hex(await sha256(new Uint8Array([...utf8("mydata key of "), ...bytesOf(recordId)])));

/**
 * Sign fresh drafts of what was shown, one by one, and submit them together: all are erased, or none. `onSigned` gets how many are signed.
 * @type {(shown: ErasureDraft[], onSigned: (count: number) => void) => Promise<void>}
 */
export async function erase(shown, onSigned) {
  const drafts = await draftErasures(shown.map(({ typed_data: { message } }) => message.recordId)), erasures = [];
  if (!drafts.every((draft, index) => isSame(draft, shown[index]))) throw changed();
  for (const draft of drafts) {
    erasures.push(await signDraft("Erasure", draft));
    onSigned(erasures.length);
  }
  await post("/me/erasures", { erasures });
}

/** True if two drafts differ in nothing but time. @type {(one: Signable, other: Signable) => boolean} */
function isSame({ typed_data: one }, { typed_data: other }) {
  const content = (/** @type {Signable["typed_data"]} */ { message, domain }) => JSON.stringify([{ ...message, erasedAt: 0 }, domain]);
  return content(one) === content(other);
}

/** The certificate of an erased record; null while there is none. @type {(record: string) => Promise<Certificate | null>} */
export async function certificateOf(record) {
  return get(`/me/erasures/${record}/certificate`).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
}
