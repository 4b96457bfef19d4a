// A proof document, read strictly: whatever a door would not have written exactly so is refused.
import { secp256k1 } from "@noble/curves/secp256k1";
import { fromHex, join, keccak, sha256 } from "./bytes.js";
import { read } from "./json.js";
import { signedTogether } from "./together.js";
import { digestOf, Malformed, parseStatement, readAddress, readDomain, readHex, readNumber, refuse, shape } from "./typed.js";

export const LOG_OF = {
  Consent: "consents", Revocation: "consents", Delegation: "consents",
  Issue: "records", Erasure: "records", AccessReceipt: "access", Incident: "access", Acknowledgement: "access",
};
const ATTACHED = {
  Consent: ["notice", "delegation"], Revocation: ["delegation"], Issue: ["content", "disclosure"], Erasure: ["issue"],
};
const CORE = ["kind", "domain", "message", "signature", "salt", "lock", "entry", "log", "position", "checkpoint", "inclusion", "registries"];
const REGISTRIES = ["access", "consents", "parties", "records"];
const BUNDLE = "mydata-proofs-1", DISCLOSURE = "mydata-disclosure-1";
const MAX_PATH = 65, MAX_REGISTRIES = 16, MAX_BYTES = 64 * 1024 * 1024;
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const SHAPE = "the file is incomplete, or another kind of file";

/** The document in JSON as `read` gives it. Throws Malformed. */
export function parse(raw) {
  if (!(raw instanceof Map) || !Object.hasOwn(LOG_OF, raw.get("kind"))) refuse(SHAPE);
  const kind = raw.get("kind"), log = LOG_OF[kind];
  shape(raw, CORE, ATTACHED[kind] ?? [], "a proof document");
  if (raw.get("log") !== log) refuse(`a ${kind} lies in the ${log} log`);
  const said = parseStatement(kind, raw.get("message"));
  const domain = readDomain(raw.get("domain"));
  const document = {
    kind, log, said, domain,
    digest: digestOf(kind, said, domain),
    signature: readHex(raw.get("signature"), "signature"),
    salt: readHex(raw.get("salt"), "salt", 32),
    lock: readHex(raw.get("lock"), "lock", 32),
    claimed: readHex(raw.get("entry"), "entry", 32),
    position: readNumber(raw.get("position"), "position", 2n ** 63n),
    checkpoint: readHead(raw.get("checkpoint")),
    inclusion: readHashes(raw.get("inclusion")),
    registries: readRegistries(raw.get("registries")),
    ...readAttached(raw, ATTACHED[kind] ?? []),
  };
  document.core = sha256(join(document.salt, document.digest, sha256(document.signature)));
  document.entry = sha256(join(document.core, document.lock));
  document.recovered = recover(...(kind === "AccessReceipt" ? signedTogether(document) : [document.digest, document.signature]));
  document.basis = document.issue ?? document.delegation;
  document.parts = document.basis ? [document, document.basis] : [document];
  return document;
}

/** Every document in a file's bytes, in order; what is none comes as the Malformed that says why. */
export function parseFile(bytes) {
  if (bytes.length > MAX_BYTES) return [new Malformed(`a file has at most ${MAX_BYTES} bytes here; use the command line`)];
  const lines = linesOf(bytes);
  if (lines) return lines.map((line) => attempt(() => parse(read(line))));
  const value = attempt(() => read(bytes));
  if (value instanceof Error) return [value];
  const many = value instanceof Map && value.get("kind") === BUNDLE ? value.get("documents") : value;
  if (!Array.isArray(many)) return [attempt(() => parse(value))];
  return many.length ? many.map((one) => attempt(() => parse(one))) : [new Malformed("the bundle is empty")];
}

function attempt(act) {
  try {
    return act();
  } catch (error) {
    return error instanceof Malformed ? error : new Malformed(error.message);
  }
}

const NEWLINE = 10, OPEN = 123, CLOSE = 125;
const isSpace = (byte) => byte === 32 || (byte >= 9 && byte <= 13);

/** The file as lines, when its first is an object and another follows. */
function linesOf(bytes) {
  const lines = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(NEWLINE, start), end = found < 0 ? bytes.length : found + 1;
    lines.push(bytes.subarray(start, end));
    if (lines.length === 1 && !(edge(lines[0]) && edge(bytes.subarray(end), true))) return undefined;
    start = end;
  }
  return lines.length > 1 ? lines.filter((line) => !line.every(isSpace)) : undefined;
}

function edge(bytes, onlyStart = false) {
  const start = bytes.findIndex((byte) => !isSpace(byte));
  return bytes[start] === OPEN && (onlyStart || bytes[bytes.findLastIndex((byte) => !isSpace(byte))] === CLOSE);
}

function readHead(raw) {
  if (raw === null) return undefined;
  shape(raw, ["size", "root"], [], "a checkpoint");
  return { size: readNumber(raw.get("size"), "size", 2n ** 63n), root: readHex(raw.get("root"), "root", 32) };
}

function readHashes(raw) {
  if (!Array.isArray(raw) || raw.length > MAX_PATH) refuse(`\`inclusion\` is a list of at most ${MAX_PATH}`);
  return raw.map((hash) => readHex(hash, "inclusion", 32));
}

function readRegistries(raw) {
  const known = raw instanceof Map && raw.size <= MAX_REGISTRIES && [...raw.keys()].every((name) => /^[a-z]{1,32}$/.test(name));
  if (!known || !REGISTRIES.every((name) => raw.has(name))) refuse(`\`registries\` names the contracts ${REGISTRIES.join(", ")}`);
  return new Map([...raw].map(([name, at]) => [name, readAddress(at, name)]));
}

function readAttached(raw, names) {
  const there = names.filter((name) => (raw.get(name) ?? null) !== null);
  if (there.includes("content") && there.includes("disclosure")) refuse("a record's document carries its content or chosen fields, not both");
  return Object.fromEntries(there.map((name) => [name, READERS[name](raw.get(name))]));
}

const READERS = { notice: readNotice, content: readContent, disclosure: readDisclosure, issue: basisOf("Issue"), delegation: basisOf("Delegation") };

function readNotice(raw) {
  shape(raw, ["language", "text"], [], "a notice");
  const [language, text] = [raw.get("language"), raw.get("text")];
  return typeof language === "string" && typeof text === "string" ? { language, text } : refuse("a notice has a language and a text");
}

function readContent(raw) {
  shape(raw, ["json", "seed"], ["base64"], "a record's content");
  if (!raw.has("base64") && raw.get("json") === false) return { seed: readHex(raw.get("seed"), "seed", 32), apart: true };
  const [json, packed] = [raw.get("json"), raw.get("base64")];
  if (typeof json !== "boolean" || typeof packed !== "string") refuse("a record's content is `json` or not, and has a seed and base64");
  return { json, seed: readHex(raw.get("seed"), "seed", 32), raw: readBase64(packed) };
}

function readBase64(packed) {
  let text;
  try {
    text = atob(packed);
  } catch {
    refuse("the record's content is not base64");
  }
  if (btoa(text) !== packed) refuse("the record's content is not base64 as it is written");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function readDisclosure(raw) {
  shape(raw, ["kind", "content", "size", "fields"], ["masked"], "a disclosure");
  const masked = raw.get("masked") ?? new Map();
  if (!(masked instanceof Map) || [...masked.values()].some((text) => typeof text !== "string")) refuse("not a disclosure");
  if (raw.get("kind") !== DISCLOSURE || !Array.isArray(raw.get("fields"))) refuse("not a disclosure");
  const fields = raw.get("fields").map(readField), size = readNumber(raw.get("size"), "size", 2n ** 40n);
  if (!fields.length && size) refuse("not a disclosure");
  return { content: readPlainHex(raw.get("content")), size, fields };
}

function readField(raw) {
  shape(raw, ["pointer", "value", "salt", "index", "proof"], [], "a disclosed field");
  const [pointer, value, proof] = [raw.get("pointer"), raw.get("value"), raw.get("proof")];
  if (typeof pointer !== "string" || typeof value !== "string" || !Array.isArray(proof)) refuse("not a disclosure");
  const index = readNumber(raw.get("index"), "index", 2n ** 40n);
  return { pointer, value, index, salt: readPlainHex(raw.get("salt")), proof: proof.map(readPlainHex) };
}

const readPlainHex = (value) => (/^[0-9a-f]{64}$/.test(value) && typeof value === "string" ? fromHex(value) : refuse("not a disclosure"));

function basisOf(kind) {
  return (raw) => {
    const found = parse(raw);
    return found.kind === kind && raw.size === CORE.length ? found : refuse(`what it rests on is a document of a ${kind}, and nothing more`);
  };
}

/** The 20-byte address whose key signed; undefined when no key did. Refuses a high s (EIP-2). */
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
