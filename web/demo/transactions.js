// Transactions of the demo's wallet: EIP-1559, on the development chain alone, sent through the node of the demo's server.
import { secp256k1 } from "@noble/curves/secp256k1";
import { bigEndian, concat, fromHex, keccak, prefixedHex } from "../verify/bytes.js";

/** @typedef {{ to: string, data: string }} Transaction */
/** Bytes, or a list of them. @typedef {Uint8Array | Item[]} Item */
export const DEVELOPMENT_CHAIN = 31337n;
const KIND = Uint8Array.of(2), GWEI = 10n ** 9n, GAS = 3_000_000n;
/** Of a chain whose ether is worth nothing. */
const TIP = GWEI, MOST_PER_GAS = 200n * GWEI;

/** The answer of the demo's node; its type depends on the method. Throws what the node says. @type {(node: string, method: string, params: unknown[]) => Promise<any>} */
export async function ask(node, method, params) {
  const answer = await fetch(node, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
  const { result, error, detail } = await answer.json();
  if (result === undefined) throw new Error(error?.message ?? detail ?? String(answer.status));
  return result;
}

/** Sign a transaction with a key and send it; gives its hash. @type {(node: string, key: Uint8Array, address: string, transaction: Transaction) => Promise<string>} */
export async function send(node, key, address, transaction) {
  const nonce = BigInt(await ask(node, "eth_getTransactionCount", [address, "pending"]));
  return ask(node, "eth_sendRawTransaction", [signed(key, nonce, transaction)]);
}

/** The transaction as it is sent, 0x-hex. @type {(key: Uint8Array, nonce: bigint, transaction: Transaction) => string} */
export function signed(key, nonce, { to, data }) {
  const members = [...[DEVELOPMENT_CHAIN, nonce, TIP, MOST_PER_GAS, GAS].map(number), fromHex(to.slice(2)), number(0n), fromHex(data.slice(2)), []];
  const { r, s, recovery } = secp256k1.sign(keccak(concat(KIND, rlp(members))), key);
  return prefixedHex(concat(KIND, rlp([...members, number(BigInt(recovery)), number(r), number(s)])));
}

/** A number without zeros in front; none for zero. @type {(value: bigint) => Uint8Array} */
const number = (value) => (value ? bigEndian(value, Math.ceil(value.toString(16).length / 2)) : new Uint8Array());

/** Recursive length prefix, the encoding of transactions. @type {(item: Item) => Uint8Array} */
function rlp(item) {
  if (Array.isArray(item)) {
    const parts = concat(...item.map(rlp));
    return concat(prefix(0xc0, parts.length), parts);
  }
  return item.length === 1 && item[0] < 0x80 ? item : concat(prefix(0x80, item.length), item);
}

/** @type {(start: number, length: number) => Uint8Array} */
function prefix(start, length) {
  if (length < 56) return Uint8Array.of(start + length);
  const size = number(BigInt(length));
  return concat(Uint8Array.of(start + 55 + size.length), size);
}
