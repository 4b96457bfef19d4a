// Opens a record of the person in this browser. The key that it is sealed for is made here, once for each load of the page, and
// is kept nowhere; the content stays in the element that shows it.
import { get, post } from "../api.js";
import { bytesOf, hex } from "../bytes.js";
import { messages } from "../../kit/messages.js";
import { language } from "../../kit/language.js";
import { chosenWard } from "../acting.js";
import { loadProver } from "../proofs/prover.js";

/** @import { RecordView, Release } from "../answers" */
/** @import { Proved } from "../../proof.js" */
/**
 * What was opened. `verified`: its holder's signature and the content agree; `matches`: the content is that of the record's
 * statement, whose signature was not checked here. `json`: its value, undefined for a record that is no JSON. `receipt`: the position of
 * the receipt in the log of accesses.
 * @typedef {{ kind: string, content: Bytes, json: unknown, state: "verified" | "matches" | "differs", proved: Proved | null, receipt: number }} OpenedRecord
 */
const SELF_VIEW = "mydata:SELF_VIEW", PLAIN = 2;
const MAX_BYTES = 64 * 1024 * 1024, PKCS8_HEAD = 16;
/** @type {Promise<{ own: Bytes, given: string }> | null} */
let readerKey = null;
const t = messages(
  { noCurve: "This browser cannot open sealed records yet. A newer one can, and so can the command line: mydata open.", tooLarge: "This record is larger than a page can open. Open it with the command line: mydata open." },
  { noCurve: "이 브라우저는 아직 봉인된 기록을 열 수 없습니다. 최신 브라우저나 명령줄(mydata open)을 사용해 주세요.", tooLarge: "이 페이지에서 열기에는 기록이 너무 큽니다. 명령줄(mydata open)을 사용해 주세요." },
);

/** Ask for a record as its data subject, and open it. Throws Error with a sentence. @type {(record: RecordView) => Promise<OpenedRecord>} */
export const openRecord = (record) => openAs(record, SELF_VIEW, async () => (chosenWard() ? null : get(`/records/${record.position}/copy`)));

/**
 * Ask for a record for a purpose, and open it. `copyFor` gives the signed statement of the record with its proof, if there is one;
 * `incident` is the entry of the declared emergency, or of its extension, under which it is asked for. Throws Error with a sentence.
 * @type {(record: Pick<RecordView, "record_id" | "category">, purpose: string, copyFor: (release: Release) => Promise<any>, incident?: string) => Promise<OpenedRecord>}
 */
export async function openAs(record, purpose, copyFor, incident) {
  const [prover, key] = await Promise.all([loadProver(), ownKey()]);
  /** @type {Release} */
  const release = await post(`/access/records/${record.record_id}`, { category: record.category, purpose, action: "view", reader_key: key.given, ...(incident && { incident }) });
  const sealed = release.sealed === null ? await largeSealed(release.receipt.position) : Uint8Array.from(atob(release.sealed), (character) => character.charCodeAt(0));
  const recordId = bytesOf(record.record_id), opened = await prover.openSealed(sealed, await prover.unwrap(bytesOf(release.wrapped_key), key.own, recordId), recordId);
  const copy = await copyFor(release), proved = copy && (await prover.prove(copy, get, language));
  const statement = proved?.held === false ? {} : (proved?.statement ?? release.issue);
  const agrees = statement.recordId === record.record_id && (await prover.agrees(opened, bytesOf(String(statement.commitment))));
  const kind = opened.mediaType.split(";")[0].trim().toLowerCase(), isJson = kind === "application/json" || kind.endsWith("+json");
  return { kind, content: opened.content, json: isJson ? prover.readJson(opened.content) : undefined, state: !agrees ? "differs" : proved?.held ? "verified" : "matches", proved, receipt: release.receipt.position };
}

/** The key of this load of the page, for whatever is sealed for the person. @type {() => Promise<{ own: Bytes, given: string }>} */
export const ownKey = () => (readerKey ??= makeKey());

/** A key of this load of the page: X25519, which every newer browser has. @returns {Promise<{ own: Bytes, given: string }>} */
async function makeKey() {
  try {
    const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]));
    const [secret, given] = await Promise.all([crypto.subtle.exportKey("pkcs8", pair.privateKey), crypto.subtle.exportKey("raw", pair.publicKey)]);
    return { own: Uint8Array.from([PLAIN, ...new Uint8Array(secret).subarray(PKCS8_HEAD)]), given: hex(Uint8Array.from([PLAIN, ...new Uint8Array(given)])) };
  } catch {
    readerKey = null;
    throw new Error(t("noCurve"));
  }
}

/** The sealed bytes of a large record, which lie apart. @type {(position: number) => Promise<Bytes>} */
async function largeSealed(position) {
  const response = await fetch(`/receipts/${position}/sealed`);
  if (!response.ok || Number(response.headers.get("content-length")) > MAX_BYTES) throw new Error(t("tooLarge"));
  return new Uint8Array(await response.arrayBuffer());
}
