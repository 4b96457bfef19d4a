// The calls of PartyRegistry that a registrar signs, as calldata: the ABI of contracts/interfaces/IPartyRegistry.sol.
import { bigEndian, concat, fromHex, hex, utf8 } from "../../verify/bytes.js";
import { abiBytes, selector } from "../../verify/chain.js";

/** @import { Whole } from "../../portal/answers" */
/** An entry of the register: times are UTC seconds, `key` is 0x-hex or `0x`. @typedef {{ account: string, name: string, roles: string[], key: string, from: Whole, until: Whole }} Entry */
const WORD = 32, MEMBERS = "(address,string,bytes32[],bytes,uint64,uint64)", HEAD = 6 * WORD;
/** The end of an entry without one, as in ledger/consent.py. */
export const NEVER = 2n ** 63n - 1n;

/** The calldata that writes an entry: `register` for a new account, `update` for one that has an entry. @type {(kind: "register" | "update", entry: Entry) => string} */
export function writeCall(kind, { account, name, roles, key, from, until }) {
  const parts = [abiBytes(utf8.encode(name)), abiRoles(roles), abiBytes(fromHex(key.slice(2)))];
  const starts = parts.map((_, index) => bigEndian(HEAD + parts.slice(0, index).reduce((size, part) => size + part.length, 0), WORD));
  return calldata(kind + MEMBERS, abiAccount(account), ...starts, bigEndian(BigInt(from), WORD), bigEndian(BigInt(until), WORD), ...parts);
}

/** The calldata that removes an entry. @type {(account: string) => string} */
export const removeCall = (account) => calldata("remove(address)", abiAccount(account));

/** @type {(signature: string, ...parts: Uint8Array[]) => string} */
const calldata = (signature, ...parts) => `0x${selector(signature)}${hex(concat(...parts))}`;
/** An account as a word. @type {(account: string) => Uint8Array} */
export const abiAccount = (account) => bigEndian(BigInt(account), WORD);

/** Names of roles: ASCII, from the left, in order. @type {(roles: string[]) => Uint8Array} */
function abiRoles(roles) {
  const words = roles.toSorted().map((role) => concat(utf8.encode(role), new Uint8Array(WORD - role.length)));
  return concat(bigEndian(words.length, WORD), ...words);
}
