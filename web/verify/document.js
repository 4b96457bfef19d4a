// A proof document, read strictly: a document in any other form than the API writes is refused.
import { secp256k1 } from "@noble/curves/secp256k1";
import { signedDigest } from "./batch_signature.js";
import { concat, fromHex, keccak, sha256 } from "./bytes.js";
import { read } from "./json.js";
import { digestOf, Malformed, parseStatement, readAddress, readDomain, readHex, readNumber, refuse, requireMembers } from "./typed.js";

/** @import { Attached, Checkpoint, Content, Disclosure, DisclosedField, Document, Json } from "./documents" */
/** @import { Kind, OfKind } from "./statements" */
/** The log of each kind of statement. @type {Record<Kind, string>} */
const LOG_OF = {
  Consent: "consents", Revocation: "consents", Delegation: "consents",
  Issue: "records", Erasure: "records", AccessReceipt: "access", Incident: "access", Acknowledgement: "access",
  IncidentExtension: "access",
};
/** @type {Partial<Record<Kind, (keyof Attached)[]>>} */
const ATTACHED = {
  Consent: ["notice", "delegation"], Revocation: ["delegation"], Issue: ["content", "disclosure"], Erasure: ["issue"],
  AccessReceipt: ["consents"],
};
const CORE = ["kind", "domain", "message", "signature", "salt", "lock", "entry", "log", "position", "checkpoint", "inclusion", "registries"];
const REGISTRIES = ["access", "consents", "parties", "records"];
const BUNDLE = "mydata-proofs-1", DISCLOSURE = "mydata-disclosure-1";
const MAX_PATH = 65, MAX_REGISTRIES = 16, MAX_BYTES = 64 * 1024 * 1024;
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const NOT_A_PROOF = "the file is incomplete, or another kind of file";

/** The document in a JSON value. Throws Malformed. @type {(raw: Json | undefined) => Document} */
export function parse(raw) {
  const kind = kindOf(raw), attached = ATTACHED[kind] ?? [];
  const object = requireMembers(raw, CORE, attached, "a proof document");
  if (object.get("log") !== LOG_OF[kind]) refuse(`a ${kind} lies in the ${LOG_OF[kind]} log`);
  const { salt, ...fields } = readCore(kind, object);
  const core = sha256(concat(salt, fields.digest, sha256(fields.signature)));
  const { issue, delegation, ...rest } = readAttached(object, attached);
  const basis = issue ?? delegation;
  /** @type {Document} */
  const document = {
    ...fields, ...rest, issue, delegation, basis,
    entry: sha256(concat(core, fields.lock)),
    recovered: recover(...(kind === "AccessReceipt" ? signedDigest(fields) : /** @type {const} */ ([fields.digest, fields.signature]))),
    parts: [],
  };
  document.parts = basis ? [document, basis] : [document];
  return document;
}

/** @type {(raw: Json | undefined) => Kind} */
function kindOf(raw) {
  const kind = raw instanceof Map && raw.get("kind");
  return typeof kind === "string" && Object.hasOwn(LOG_OF, kind) ? /** @type {Kind} */ (kind) : refuse(NOT_A_PROOF);
}

/** The members that every document has. @param {Kind} kind @param {Map<string, Json>} object */
function readCore(kind, object) {
  const statement = parseStatement(kind, object.get("message")), domain = readDomain(object.get("domain"));
  return {
    .../** @type {OfKind} */ ({ kind, statement }),
    log: LOG_OF[kind], domain,
    digest: digestOf(kind, statement, domain),
    signature: readHex(object.get("signature"), "signature"),
    salt: readHex(object.get("salt"), "salt", 32),
    lock: readHex(object.get("lock"), "lock", 32),
    claimed: readHex(object.get("entry"), "entry", 32),
    position: readNumber(object.get("position"), "position", 2n ** 63n),
    checkpoint: readCheckpoint(object.get("checkpoint")),
    inclusion: readHashes(object.get("inclusion")),
    registries: readRegistries(object.get("registries")),
  };
}

/**
 * Every document in a file's bytes, in order; for a value that is no document the Malformed that says why.
 * @type {(bytes: Uint8Array) => (Document | Malformed)[]}
 */
export function parseFile(bytes) {
  if (bytes.length > MAX_BYTES) return [new Malformed(`a file has at most ${MAX_BYTES} bytes here; use the command line`)];
  const lines = linesOf(bytes);
  if (lines) return lines.map((line) => attempt(() => parse(read(line))));
  const value = attempt(() => read(bytes));
  if (value instanceof Malformed) return [value];
  const many = value instanceof Map && value.get("kind") === BUNDLE ? value.get("documents") : value;
  if (!Array.isArray(many)) return [attempt(() => parse(value))];
  return many.length ? many.map((one) => attempt(() => parse(one))) : [new Malformed("the bundle is empty")];
}

/** @type {<T>(step: () => T) => T | Malformed} */
function attempt(step) {
  try {
    return step();
  } catch (error) {
    return error instanceof Malformed ? error : new Malformed(/** @type {Error} */ (error).message);
  }
}

const NEWLINE = 10, OPEN = 123, CLOSE = 125;
/** @type {(byte: number) => boolean} */
const isSpace = (byte) => byte === 32 || (byte >= 9 && byte <= 13);

/**
 * The lines of a file whose first line is an object and is followed by another; else undefined.
 * @type {(bytes: Uint8Array) => Uint8Array[] | undefined}
 */
function linesOf(bytes) {
  const lines = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start), end = newline < 0 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(start, end));
    if (lines.length === 1 && !(isObject(lines[0]) && startsObject(bytes.subarray(end)))) return undefined;
    start = end;
  }
  return lines.length > 1 ? lines.filter((line) => !line.every(isSpace)) : undefined;
}

/** @type {(bytes: Uint8Array) => boolean} */
const startsObject = (bytes) => bytes.find((byte) => !isSpace(byte)) === OPEN;
/** @type {(bytes: Uint8Array) => boolean} */
const isObject = (bytes) => startsObject(bytes) && bytes.findLast((byte) => !isSpace(byte)) === CLOSE;

/** @type {(raw: Json | undefined) => Checkpoint | undefined} */
function readCheckpoint(raw) {
  if (raw === null) return undefined;
  const object = requireMembers(raw, ["size", "root"], [], "a checkpoint");
  return { size: readNumber(object.get("size"), "size", 2n ** 63n), root: readHex(object.get("root"), "root", 32) };
}

/** @type {(raw: Json | undefined) => Uint8Array[]} */
function readHashes(raw) {
  if (!Array.isArray(raw) || raw.length > MAX_PATH) refuse(`\`inclusion\` is a list of at most ${MAX_PATH}`);
  return raw.map((hash) => readHex(hash, "inclusion", 32));
}

/** @type {(raw: Json | undefined) => Map<string, string>} */
function readRegistries(raw) {
  const valid = raw instanceof Map && raw.size <= MAX_REGISTRIES && [...raw.keys()].every((name) => /^[a-z]{1,32}$/.test(name));
  if (!valid || !REGISTRIES.every((name) => raw.has(name))) refuse(`\`registries\` names the contracts ${REGISTRIES.join(", ")}`);
  return new Map([...raw].map(([name, address]) => [name, readAddress(address, name)]));
}

/** @type {(raw: Map<string, Json>, names: (keyof Attached)[]) => Attached} */
function readAttached(raw, names) {
  const present = names.filter((name) => (raw.get(name) ?? null) !== null);
  if (present.includes("content") && present.includes("disclosure")) refuse("a record's document carries its content or chosen fields, not both");
  return Object.fromEntries(present.map((name) => [name, READERS[name](raw.get(name))]));
}

/** @type {{ [name in keyof Attached]-?: (raw: Json | undefined) => Attached[name] }} */
const READERS = {
  notice: readNotice, consents: readConsents, content: readContent, disclosure: readDisclosure, issue: basisReader("Issue"), delegation: basisReader("Delegation"),
};

/** @type {(raw: Json | undefined) => Attached["notice"]} */
function readNotice(raw) {
  const object = requireMembers(raw, ["language", "text"], [], "a notice");
  const [language, text] = [object.get("language"), object.get("text")];
  return typeof language === "string" && typeof text === "string" ? { language, text } : refuse("a notice has a language and a text");
}

/** @type {(raw: Json | undefined) => NonNullable<Attached["consents"]>} */
function readConsents(raw) {
  if (!Array.isArray(raw) || !raw.length) refuse("the consents of a receipt are a list of cores and locks");
  return raw.map((item) => {
    const object = requireMembers(item, ["core", "lock"], [], "a consent of a receipt");
    const core = readHex(object.get("core"), "core", 32), lock = readHex(object.get("lock"), "lock", 32);
    return { entry: sha256(concat(core, lock)), lock };
  });
}

/** @type {(raw: Json | undefined) => Content} */
function readContent(raw) {
  const object = requireMembers(raw, ["json", "seed"], ["base64"], "a record's content");
  const [json, encoded, seed] = [object.get("json"), object.get("base64"), readHex(object.get("seed"), "seed", 32)];
  if (encoded === undefined && json === false) return { seed, separate: true };
  if (typeof json !== "boolean" || typeof encoded !== "string") refuse("a record's content is `json` or not, and has a seed and base64");
  return { json, seed, raw: readBase64(encoded) };
}

/** @type {(encoded: string) => Uint8Array} */
function readBase64(encoded) {
  let text;
  try {
    text = atob(encoded);
  } catch {
    return refuse("the record's content is not base64");
  }
  if (btoa(text) !== encoded) refuse("the record's content is not base64 as it is written");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** @type {(raw: Json | undefined) => Disclosure} */
function readDisclosure(raw) {
  const object = requireMembers(raw, ["kind", "content", "size", "fields"], ["masked"], "a disclosure");
  const masked = object.get("masked") ?? new Map(), list = object.get("fields");
  if (!(masked instanceof Map) || [...masked.values()].some((text) => typeof text !== "string")) refuse("not a disclosure");
  if (object.get("kind") !== DISCLOSURE || !Array.isArray(list)) refuse("not a disclosure");
  const fields = list.map(readField), size = readNumber(object.get("size"), "size", 2n ** 40n);
  if (!fields.length && size) refuse("not a disclosure");
  return { content: readPlainHex(object.get("content")), size, fields };
}

/** @type {(raw: Json) => DisclosedField} */
function readField(raw) {
  const object = requireMembers(raw, ["pointer", "value", "salt", "index", "proof"], [], "a disclosed field");
  const [pointer, value, proof] = [object.get("pointer"), object.get("value"), object.get("proof")];
  if (typeof pointer !== "string" || typeof value !== "string" || !Array.isArray(proof)) refuse("not a disclosure");
  const index = readNumber(object.get("index"), "index", 2n ** 40n);
  return { pointer, value, index, salt: readPlainHex(object.get("salt")), proof: proof.map(readPlainHex) };
}

/** @type {(value: Json | undefined) => Uint8Array} */
const readPlainHex = (value) => (typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? fromHex(value) : refuse("not a disclosure"));

/** @type {<K extends Kind>(kind: K) => (raw: Json | undefined) => Document & { kind: K }} */
function basisReader(kind) {
  return (raw) => {
    const proof = parse(raw), alone = raw instanceof Map && raw.size === CORE.length;
    if (proof.kind !== kind || !alone) refuse(`what it rests on is a document of a ${kind}, and nothing more`);
    return /** @type {Document & { kind: typeof kind }} */ (proof);
  };
}

/**
 * The 20-byte address whose key signed; undefined if none follows. Refuses a high s (EIP-2).
 * @type {(digest: Uint8Array, signature: Uint8Array) => Uint8Array | undefined}
 */
function recover(digest, signature) {
  const v = signature[64];
  if (signature.length !== 65 || ![0, 1, 27, 28].includes(v)) return undefined;
  try {
    const parsed = secp256k1.Signature.fromCompact(signature.subarray(0, 64)).addRecoveryBit(v % 27);
    if (parsed.s > HALF_ORDER) return undefined;
    return keccak(parsed.recoverPublicKey(digest).toRawBytes(false).subarray(1)).subarray(12);
  } catch {
    return undefined;
  }
}
