// A wallet (EIP-1193) over the throw-away key of a persona of the demo. It signs statements of MyData Ledger alone, and the
// digest is that of our own typed data code. scripts/bundle.py makes web/built/demo_wallet.js of it.
import { secp256k1 } from "@noble/curves/secp256k1";
import TYPES from "mydata:types";
import { checksum, concat, fromHex, keccak, prefixedHex, utf8 } from "../verify/bytes.js";
import { read } from "../verify/json.js";
import { digestOf, parseStatement, readDomain, refuse } from "../verify/typed.js";

/** @import { Json } from "../verify/documents" */
/** @import { Kind } from "../verify/statements" */
/** @typedef {{ method: string, params?: any[] }} Call */
/** @typedef {{ address: string, request(call: Call): Promise<any> }} DemoWallet */
const INVALID_PARAMS = -32602, UNAUTHORIZED = 4100, UNSUPPORTED = 4200;
const DEVELOPMENT_CHAIN = "0x7a69"; // 31337, the only one that has personas
const PREFIX = "\x19Ethereum Signed Message:\n";

/** A refusal of a wallet, with its code (EIP-1193, EIP-1474). */
export class WalletError extends Error {
  /** @param {number} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The wallet of a private key (0x-hex of 32 bytes). Throws WalletError for what is no key. @type {(privateKey: string) => DemoWallet} */
export function walletOf(privateKey) {
  const isKey = /^0x[0-9a-fA-F]{64}$/.test(privateKey) && secp256k1.utils.isValidPrivateKey(privateKey.slice(2));
  if (!isKey) throw new WalletError(INVALID_PARAMS, "the private key is 0x-hex of 32 bytes");
  const key = fromHex(privateKey.slice(2));
  const address = checksum(keccak(secp256k1.getPublicKey(key, false).subarray(1)).subarray(12));
  return { address, request: async ({ method, params = [] }) => answer({ key, address }, method, params) };
}

/** @typedef {{ key: Uint8Array, address: string }} Keys */
/** @type {(keys: Keys, method: string, params: any[]) => unknown} */
function answer({ key, address }, method, params) {
  switch (method) {
    case "eth_requestAccounts": case "eth_accounts": return [address];
    case "eth_chainId": return DEVELOPMENT_CHAIN;
    case "personal_sign": requireAccount(params[1], address); return sign(personalDigest(params[0]), key);
    case "eth_signTypedData_v4": requireAccount(params[0], address); return sign(typedDigest(params[1]), key);
    default: throw new WalletError(UNSUPPORTED, `this wallet of the demo has no method ${String(method).slice(0, 60)}`);
  }
}

/** @type {(named: unknown, address: string) => void} */
function requireAccount(named, address) {
  if (String(named).toLowerCase() !== address.toLowerCase()) throw new WalletError(UNAUTHORIZED, `this wallet signs for ${address} only`);
}

/** r ‖ s ‖ v of a digest, as 0x-hex; the same digest gives the same signature (RFC 6979). @type {(digest: Uint8Array, key: Uint8Array) => string} */
function sign(digest, key) {
  const signature = secp256k1.sign(digest, key);
  return prefixedHex(concat(signature.toCompactRawBytes(), Uint8Array.of(27 + signature.recovery)));
}

/** The digest of a text (ERC-191, version 0x45), which comes as 0x-hex or as text. @type {(text: unknown) => Uint8Array} */
function personalDigest(text) {
  if (typeof text !== "string") throw new WalletError(INVALID_PARAMS, "the text to sign is 0x-hex or text");
  const bytes = /^0x(?:[0-9a-fA-F]{2})*$/.test(text) ? fromHex(text.slice(2)) : utf8.encode(text);
  return keccak(concat(utf8.encode(PREFIX + bytes.length), bytes));
}

/** The EIP-712 digest of a statement, given as JSON text or as an object. @type {(typed: unknown) => Uint8Array} */
function typedDigest(typed) {
  try {
    const data = read(utf8.encode(typeof typed === "string" ? typed : JSON.stringify(typed)));
    if (!(data instanceof Map)) return refuse("typed data is an object");
    const kind = kindOf(data.get("primaryType"));
    requireTypes(kind, data.get("types"));
    return digestOf(kind, parseStatement(kind, data.get("message")), readDomain(data.get("domain")));
  } catch (error) {
    throw new WalletError(INVALID_PARAMS, /** @type {Error} */ (error).message);
  }
}

/** @type {(value: Json | undefined) => Kind} */
function kindOf(value) {
  return typeof value === "string" && value !== "Grant" && Object.hasOwn(TYPES, value) ? /** @type {Kind} */ (value) : refuse("it is no statement of MyData Ledger");
}

/** Throw Malformed unless the types of typed data are those of our statements. @type {(kind: Kind, types: Json | undefined) => void} */
function requireTypes(kind, types) {
  const names = TYPES[kind].includes("Grant[]") ? [kind, "Grant"] : [kind];
  for (const name of /** @type {(Kind | "Grant")[]} */ (names)) {
    if (encoded(name, types) !== TYPES[name]) refuse(`the members of a ${name} are others than MyData Ledger's`);
  }
}

/** The type of a struct as EIP-712 writes it; empty for what is no list of members. @type {(name: string, types: Json | undefined) => string} */
function encoded(name, types) {
  const members = types instanceof Map && types.get(name);
  if (!Array.isArray(members)) return "";
  return `${name}(${members.map((member) => (member instanceof Map ? `${member.get("type")} ${member.get("name")}` : "")).join(",")})`;
}
