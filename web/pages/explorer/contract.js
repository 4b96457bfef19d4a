// What the contract of a log holds, read from the chain through the node that the ledger's server offers.
import { bigEndian, keccak, prefixedHex, utf8 } from "../../verify/bytes.js";
import { NoAnswer, Snapshot } from "../../verify/chain.js";
import { get } from "./answers.js";

/** @import { Head } from "../../verify/merkle.js" */
/** A head as the server lists it. @typedef {{ size: number, root: string, number: number, block: number, seen_at: number, added: number, waited: number | null }} PastHead */
/** What `/log/NAME/heads` answers. @typedef {{ log: string, chain_id: number, contract: string, accepted: { size: number, root: string }, anchored: { size: number, root: string, block: number } }} Heads */
const GROWTH = ["Advanced(uint64,bytes32)", "Appended(uint64,bytes32,bytes32[])"].map((event) => prefixedHex(keccak(utf8.encode(event))));
const MOST_BLOCKS = 1000, NONE = new Uint8Array();

/** The state of the chain as of its newest block. Throws NoAnswer where the server offers no node of its own. */
export async function openChain() {
  const node = await get("/verify/node", {});
  if (!node.own) throw new NoAnswer();
  return new Snapshot(node.url);
}

/** The head that the contract holds now. @type {(chain: Snapshot, contract: string) => Promise<Head>} */
export async function headOf(chain, contract) {
  const [size, root] = await chain.words(contract, "head", NONE, 2);
  return { size, root: bigEndian(root, 32) };
}

/**
 * Block and transaction in which a head came to the contract; undefined if they are not among the last blocks before it was seen.
 * @type {(chain: Snapshot, contract: string, head: { size: number, root: string, block: number }) => Promise<{ block: number, transaction: string } | undefined>}
 */
export async function transactionOf(chain, contract, { size, root, block }) {
  const bounds = { fromBlock: quantity(Math.max(0, block - MOST_BLOCKS + 1)), toBlock: quantity(block) };
  const logs = await chain.request("eth_getLogs", [{ address: contract, topics: [GROWTH, prefixedHex(bigEndian(size, 32))], ...bounds }]);
  const found = Array.isArray(logs) ? logs.find(({ data }) => data === root) : undefined;
  return found && { block: Number(found.blockNumber), transaction: String(found.transactionHash) };
}

/** @type {(number: number) => string} */
const quantity = (number) => "0x" + number.toString(16);
