// EIP-712 statements: read strictly, as a door writes them, and their digests. The types come from the ledger itself:
// `scripts.verify.page` puts them in from `ledger/typed_data/types.py`.
import TYPES from "mydata:types";
import { big, checksum, fromHex, join, keccak, utf8 } from "./bytes.js";
import { Digits } from "./json.js";

const MAX_TEXT = 2000, MAX_ITEMS = 256, MAX_BYTES = 4096;
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;
export const NAME = "MyData Ledger", VERSION = "1";
const DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

export class Malformed extends Error {}

export function refuse(why) {
  throw new Malformed(why);
}

const MEMBERS = Object.fromEntries(Object.entries(TYPES).map(([kind, text]) => [kind, membersOf(text)]));
const TYPE_HASH = Object.fromEntries(Object.entries(TYPES).map(([kind, text]) => [kind, typeHash(text)]));

function membersOf(text) {
  return text.slice(text.indexOf("(") + 1, -1).split(",").map((member) => member.split(" "));
}

function typeHash(text) {
  return keccak(utf8.encode(text + (text.includes("Grant[]") ? TYPES.Grant : "")));
}

/** Whether it is a JSON object with exactly these members; those of `optional` may lack or be null. */
export function shape(value, names, optional, what) {
  const known = value instanceof Map && names.every((name) => value.has(name));
  if (!known || [...value.keys()].some((name) => !names.includes(name) && !optional.includes(name))) {
    refuse(`${what} has exactly these members: ${names.join(", ")}`);
  }
  return value;
}

/** A statement's members in order, by name: text, Uint8Array, BigInt, Boolean, lists of them, or grants. */
export function parseStatement(kind, raw) {
  const members = MEMBERS[kind];
  shape(raw, members.map(([, name]) => name), [], `a ${kind}`);
  const said = Object.fromEntries(members.map(([type, name]) => [name, readMember(type, raw.get(name), name)]));
  if (kind === "Grant" && said.effect !== "permit" && said.effect !== "forbid") refuse("`effect` is `permit` or `forbid`");
  return said;
}

function readMember(type, value, name) {
  if (type.endsWith("[]")) {
    if (!Array.isArray(value) || value.length > MAX_ITEMS) refuse(`\`${name}\` is a list of at most ${MAX_ITEMS}`);
    return value.map((item) => readMember(type.slice(0, -2), item, name));
  }
  if (type === "Grant") return parseStatement("Grant", value);
  return SCALARS[type](value, name);
}

const SCALARS = {
  string: readText,
  uint64: (value, name) => readNumber(value, name, 2n ** 64n),
  bool: (value, name) => (typeof value === "boolean" ? value : refuse(`\`${name}\` is true or false`)),
  bytes: (value, name) => readHex(value, name),
  bytes32: (value, name) => readHex(value, name, 32),
  address: readAddress,
};

function readText(value, name) {
  if (typeof value !== "string" || [...value].length > MAX_TEXT || UNPRINTABLE.test(value)) {
    refuse(`\`${name}\` is printable text of at most ${MAX_TEXT} characters`);
  }
  return value;
}

export function readNumber(value, name, limit) {
  const whole = value instanceof Digits && value.text.length < 21 && /^-?[0-9]+$/.test(value.text);
  const number = whole ? BigInt(value.text) : -1n;
  return number >= 0n && number < limit ? number : refuse(`\`${name}\` is a whole number from 0`);
}

export function readHex(value, name, size) {
  const known = typeof value === "string" && /^0x(?:[0-9a-f]{2})*$/.test(value) && value.length <= 2 + 2 * MAX_BYTES;
  if (!known || (size !== undefined && value.length !== 2 + 2 * size)) {
    refuse(`\`${name}\` is 0x-hex of ${size === undefined ? `at most ${MAX_BYTES}` : `exactly ${size}`} bytes`);
  }
  return fromHex(value.slice(2));
}

export function readAddress(value, name) {
  const known = typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value);
  return known && checksum(fromHex(value.slice(2))) === value ? value : refuse(`\`${name}\` is an EIP-55 address`);
}

export function readDomain(raw) {
  shape(raw, ["name", "version", "chainId", "verifyingContract"], [], "a domain");
  if (raw.get("name") !== NAME || raw.get("version") !== VERSION) refuse(`the domain is not that of ${NAME} ${VERSION}`);
  return {
    chainId: readNumber(raw.get("chainId"), "chainId", 2n ** 64n),
    contract: readAddress(raw.get("verifyingContract"), "verifyingContract"),
  };
}

/** The 32 bytes a wallet signs: keccak(0x1901 ‖ separator ‖ hashStruct(statement)). */
export function digestOf(kind, said, domain) {
  const parts = [DOMAIN, NAME, VERSION].map((text) => keccak(utf8.encode(text)));
  const separator = keccak(join(...parts, big(domain.chainId, 32), word("address", domain.contract)));
  return keccak(join(Uint8Array.of(0x19, 1), separator, hashStruct(kind, said)));
}

function hashStruct(kind, said) {
  return keccak(join(TYPE_HASH[kind], ...MEMBERS[kind].map(([type, name]) => word(type, said[name]))));
}

function word(type, value) {
  if (type.endsWith("[]")) return keccak(join(...value.map((item) => word(type.slice(0, -2), item))));
  switch (type) {
    case "string": return keccak(utf8.encode(value));
    case "bytes": return keccak(value);
    case "bytes32": return value;
    case "address": return join(new Uint8Array(12), fromHex(value.slice(2).toLowerCase()));
    case "uint64": return big(value, 32);
    case "bool": return big(value ? 1 : 0, 32);
    default: return hashStruct(type, value);
  }
}
