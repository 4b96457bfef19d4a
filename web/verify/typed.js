// EIP-712 statements: read strictly, in the form the API writes, and hashed. scripts/bundle.py gives the types from
// ledger/typed_data/types.py.
import TYPES from "mydata:types";
import { bigEndian, checksum, concat, fromHex, keccak, utf8 } from "./bytes.js";
import { JsonNumber } from "./json.js";

/** @import { Json } from "./documents" */
/** @import { Domain, Kind, Statements } from "./statements" */
const MAX_TEXT = 2000, MAX_ITEMS = 256, MAX_BYTES = 4096;
// not is_written_text of ledger/written_text.py
const UNPRINTABLE = /(?![\u200c\u200d])\p{C}|[\p{Zl}\p{Zp}]|(?![ \u00a0\u202f\u3000])\p{Zs}/u;
export const NAME = "MyData Ledger", VERSION = "1";
const DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

/** The input is not a document in the form the API writes. */
export class Malformed extends Error {}

/** Throw Malformed. @type {(why: string) => never} */
export function refuse(why) {
  throw new Malformed(why);
}

const MEMBERS = Object.fromEntries(Object.entries(TYPES).map(([kind, text]) => [kind, membersOf(text)]));
const TYPE_HASH = Object.fromEntries(Object.entries(TYPES).map(([kind, text]) => [kind, typeHash(text)]));

/** @type {(text: string) => string[][]} */
function membersOf(text) {
  return text.slice(text.indexOf("(") + 1, -1).split(",").map((member) => member.split(" "));
}

/** @type {(text: string) => Uint8Array} */
function typeHash(text) {
  return keccak(utf8.encode(text + (text.includes("Grant[]") ? TYPES.Grant : "")));
}

/**
 * The value as an object with exactly these members. Those of `optional` may be missing or null. Throws Malformed.
 * @type {(value: Json | undefined, names: string[], optional: string[], what: string) => Map<string, Json>}
 */
export function requireMembers(value, names, optional, what) {
  const valid = value instanceof Map && names.every((name) => value.has(name));
  if (!valid || [...value.keys()].some((name) => !names.includes(name) && !optional.includes(name))) {
    refuse(`${what} has exactly these members: ${names.join(", ")}`);
  }
  return value;
}

/** The statement of a kind from its JSON. Throws Malformed. @type {<K extends Kind>(kind: K, raw: Json | undefined) => Statements[K]} */
export function parseStatement(kind, raw) {
  return readStruct(kind, raw);
}

/** @type {(kind: Kind | "Grant", raw: Json | undefined) => any} */
function readStruct(kind, raw) {
  const members = MEMBERS[kind];
  const object = requireMembers(raw, members.map(([, name]) => name), [], `a ${kind}`);
  const struct = Object.fromEntries(members.map(([type, name]) => [name, readMember(type, object.get(name), name)]));
  if (kind === "Grant" && struct.effect !== "permit" && struct.effect !== "forbid") refuse("`effect` is `permit` or `forbid`");
  return struct;
}

/** @type {(type: string, value: Json | undefined, name: string) => unknown} */
function readMember(type, value, name) {
  if (type.endsWith("[]")) {
    if (!Array.isArray(value) || value.length > MAX_ITEMS) refuse(`\`${name}\` is a list of at most ${MAX_ITEMS}`);
    return value.map((item) => readMember(type.slice(0, -2), item, name));
  }
  if (type === "Grant") return readStruct("Grant", value);
  return SCALARS[type](value, name);
}

/** @type {Record<string, (value: Json | undefined, name: string) => unknown>} */
const SCALARS = {
  string: readText,
  uint64: (value, name) => readNumber(exactNumber(value), name, 2n ** 64n),
  bool: (value, name) => (typeof value === "boolean" ? value : refuse(`\`${name}\` is true or false`)),
  bytes: (value, name) => readHex(value, name),
  bytes32: (value, name) => readHex(value, name, 32),
  address: readAddress,
};

/** @type {(value: Json | undefined, name: string) => string} */
function readText(value, name) {
  if (typeof value !== "string" || [...value].length > MAX_TEXT || UNPRINTABLE.test(value)) {
    refuse(`\`${name}\` is printable text of at most ${MAX_TEXT} characters`);
  }
  return value;
}

/** The number of a decimal string beyond 2^53 - 1, else the value. @type {(value: Json | undefined) => Json | undefined} */
function exactNumber(value) {
  const isLarge = typeof value === "string" && /^[1-9][0-9]{15,19}$/.test(value) && BigInt(value) > Number.MAX_SAFE_INTEGER;
  return isLarge ? new JsonNumber(value) : value;
}

/** A whole number from 0 to below `limit`. Throws Malformed. @type {(value: Json | undefined, name: string, limit: bigint) => bigint} */
export function readNumber(value, name, limit) {
  const whole = value instanceof JsonNumber && value.text.length < 21 && /^-?[0-9]+$/.test(value.text);
  const number = whole ? BigInt(value.text) : -1n;
  return number >= 0n && number < limit ? number : refuse(`\`${name}\` is a whole number from 0`);
}

/**
 * The bytes of lower-case 0x-hex, `size` of them where it is object. Throws Malformed.
 * @type {(value: Json | undefined, name: string, size?: number) => Uint8Array}
 */
export function readHex(value, name, size) {
  const valid = typeof value === "string" && /^0x(?:[0-9a-f]{2})*$/.test(value) && value.length <= 2 + 2 * MAX_BYTES;
  if (!valid || (size !== undefined && value.length !== 2 + 2 * size)) {
    refuse(`\`${name}\` is 0x-hex of ${size === undefined ? `at most ${MAX_BYTES}` : `exactly ${size}`} bytes`);
  }
  return fromHex(value.slice(2));
}

/** An EIP-55 address. Throws Malformed. @type {(value: Json | undefined, name: string) => string} */
export function readAddress(value, name) {
  const valid = typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value);
  return valid && checksum(fromHex(value.slice(2))) === value ? value : refuse(`\`${name}\` is an EIP-55 address`);
}

/** The EIP-712 domain of a ledger. Throws Malformed. @type {(raw: Json | undefined) => Domain} */
export function readDomain(raw) {
  const object = requireMembers(raw, ["name", "version", "chainId", "verifyingContract"], [], "a domain");
  if (object.get("name") !== NAME || object.get("version") !== VERSION) refuse(`the domain is not that of ${NAME} ${VERSION}`);
  return {
    chainId: readNumber(object.get("chainId"), "chainId", 2n ** 64n),
    contract: readAddress(object.get("verifyingContract"), "verifyingContract"),
  };
}

/**
 * The 32 bytes a wallet signs: keccak(0x1901 ‖ separator ‖ hashStruct(statement)).
 * @type {(kind: Kind, statement: Statements[Kind], domain: Domain) => Uint8Array}
 */
export function digestOf(kind, statement, domain) {
  const parts = [DOMAIN, NAME, VERSION].map((text) => keccak(utf8.encode(text)));
  const separator = keccak(concat(...parts, bigEndian(domain.chainId, 32), word("address", domain.contract)));
  return keccak(concat(Uint8Array.of(0x19, 1), separator, hashStruct(kind, statement)));
}

/** @type {(kind: string, struct: any) => Uint8Array} */
function hashStruct(kind, struct) {
  return keccak(concat(TYPE_HASH[kind], ...MEMBERS[kind].map(([type, name]) => word(type, struct[name]))));
}

/** The 32 bytes of a member; its EIP-712 type tells what `value` is. @type {(type: string, value: any) => Uint8Array} */
function word(type, value) {
  if (type.endsWith("[]")) return keccak(concat(.../** @type {any[]} */ (value).map((item) => word(type.slice(0, -2), item))));
  switch (type) {
    case "string": return keccak(utf8.encode(value));
    case "bytes": return keccak(value);
    case "bytes32": return value;
    case "address": return concat(new Uint8Array(12), fromHex(value.slice(2).toLowerCase()));
    case "uint64": return bigEndian(value, 32);
    case "bool": return bigEndian(value ? 1 : 0, 32);
    default: return hashStruct(type, value);
  }
}
