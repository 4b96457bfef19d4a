// The checks of the explorer, all in the browser: what the server says of a log against the chain and against its own proofs.
import { messages } from "../../kit/messages.js";
import { timeText } from "../../kit/dates.js";
import { equal, prefixedHex } from "../../verify/bytes.js";
import { isConsistent, leafHash, rootFrom } from "../../verify/merkle.js";
import { get, hashesOf, hashOf } from "./answers.js";
import { headOf, openChain, transactionOf } from "./contract.js";
import { commitmentAt } from "./leaves.js";

/** @import { Snapshot } from "../../verify/chain.js" */
/** @import { Heads, PastHead } from "./contract.js" */
/** @import { Finding } from "./findings.jsx" */
const t = messages(
  {
    chainOther: "The node is of chain {found}; this server says that the log is on chain {chain}.",
    noContract: "There is no contract at {contract}.",
    empty: "The contract holds an empty log.",
    holds: "The contract holds the head of {size, plural, one {# entry} other {# entries}}, since {time}.",
    notHeld: "The contract never held this root for {size, plural, one {# entry} other {# entries}}: the server names a forged head, or the chain went back.",
    behind: "The contract holds {onChain} entries, more than the {accepted} that this server says it has.",
    grows: "The {accepted} entries that this server has accepted begin with the {onChain} that the contract holds.",
    breaks: "The {accepted} entries that this server has accepted do not begin with the {onChain} that the contract holds: one of them was changed or removed.",
    written: "It was written in block {block} by transaction {transaction}.",
    rootWritten: "That root was written in block {block} by transaction {transaction}. The entry may have been on chain before.",
    notFound: "Its transaction is not in the thousand blocks up to block {block}.",
    beyond: "The log has {accepted, plural, =0 {no entries} one {# entry, at position 0} other {# entries}}. There is nothing at position {position}.",
    waits: "Entry {position} is accepted here and not on chain yet. Try again in a few seconds.",
    commitment: "Entry {position} is the commitment {commitment}.",
    short: "The proof has the wrong length: it proves nothing about entry {position}.",
    elsewhere: "Entry and proof lead to another root than the one of {size} entries: entry {position} or its proof is forged.",
    included: "Entry {position} is in the log of {size, plural, one {# entry} other {# entries}} whose root the contract holds since {time}.",
    continues: "The log of {second} entries begins with the log of {first}: nothing in it was changed or removed.",
    rewritten: "The log of {second} entries does not begin with the log of {first}: one of the heads or the proof is forged.",
  },
  {
    chainOther: "노드는 체인 {found}의 것이고, 서버는 로그가 체인 {chain}에 있다고 합니다.",
    noContract: "{contract} 주소에 컨트랙트가 없습니다.",
    empty: "컨트랙트에 있는 로그가 비어 있습니다.",
    holds: "컨트랙트가 {time}부터 {size}건의 헤드를 가지고 있습니다.",
    notHeld: "컨트랙트는 {size}건의 루트로 이 값을 가진 적이 없습니다. 서버가 위조된 헤드를 말했거나 체인이 되돌아갔습니다.",
    behind: "컨트랙트에는 {onChain}건이 있는데, 서버는 {accepted}건뿐이라고 합니다.",
    grows: "서버가 접수한 {accepted}건은 컨트랙트에 있는 {onChain}건으로 시작합니다.",
    breaks: "서버가 접수한 {accepted}건은 컨트랙트에 있는 {onChain}건으로 시작하지 않습니다. 바뀌거나 빠진 항목이 있습니다.",
    written: "{block}번 블록의 거래 {transaction}[으로/로] 기록되었습니다.",
    rootWritten: "그 루트는 {block}번 블록의 거래 {transaction}[으로/로] 기록되었습니다. 항목은 그 전부터 체인에 있었을 수 있습니다.",
    notFound: "{block}번까지의 블록 천 개 안에서 거래를 찾지 못했습니다.",
    beyond: "로그에 {accepted}건이 있습니다. {position}번 위치에는 아무것도 없습니다.",
    waits: "{position}번 항목은 접수되었지만 아직 체인에 없습니다. 몇 초 뒤에 다시 시도해 주세요.",
    commitment: "{position}번 항목은 커밋먼트 {commitment}입니다.",
    short: "증명의 길이가 맞지 않아 {position}번 항목에 대해 아무것도 증명하지 못합니다.",
    elsewhere: "항목과 증명이 {size}건의 루트가 아닌 다른 루트로 이어집니다. {position}번 항목이나 증명이 위조되었습니다.",
    included: "{position}번 항목은 {size}건의 로그에 있고, 컨트랙트가 그 루트를 {time}부터 가지고 있습니다.",
    continues: "{second}건의 로그는 {first}건의 로그로 시작합니다. 바뀌거나 빠진 항목이 없습니다.",
    rewritten: "{second}건의 로그는 {first}건의 로그로 시작하지 않습니다. 헤드나 증명이 위조되었습니다.",
  },
);

/** @type {(word: Parameters<typeof t>[0], values?: Parameters<typeof t>[1]) => Finding} */
const holds = (word, values) => ({ held: true, text: t(word, values) });
/** @type {(word: Parameters<typeof t>[0], values?: Parameters<typeof t>[1]) => Finding} */
const fails = (word, values) => ({ held: false, text: t(word, values) });

/** What a log's contract holds, and whether the server's log continues it. @type {(log: string) => AsyncGenerator<Finding>} */
export async function* checkLog(log) {
  const chain = await openChain(), { contract, chain_id: chainId } = await headsOf(log);
  const found = await chain.chainId();
  if (found !== BigInt(chainId)) return void (yield fails("chainOther", { found: String(found), chain: chainId }));
  if (!(await chain.hasCode(contract))) return void (yield fails("noContract", { contract }));
  const held = await headOf(chain, contract), { accepted } = await headsOf(log); // asked after the chain, so it cannot be behind
  const sizes = { onChain: Number(held.size), accepted: accepted.size };
  if (held.size === 0n) return void (yield holds("empty"));
  const { time } = await chain.checkpoint(contract, held.root);
  yield holds("holds", { size: Number(held.size), time: timeText(Number(time)) });
  if (sizes.onChain > sizes.accepted) return void (yield fails("behind", sizes));
  const proof = await proofOf(log, sizes.onChain, sizes.accepted);
  yield isConsistent(held, headIn(accepted), proof) ? holds("grows", sizes) : fails("breaks", sizes);
}

/** Whether the contract ever held a head that the server lists, and the transaction that brought it. @type {(log: string, head: PastHead) => AsyncGenerator<Finding>} */
export async function* checkHead(log, head) {
  const chain = await openChain(), { contract } = await headsOf(log), held = await heldBy(chain, contract, head);
  yield held;
  const written = held.held && (await transactionOf(chain, contract, head));
  if (held.held) yield written ? holds("written", written) : { held: null, text: t("notFound", { block: head.block }) };
}

/** Whether the entry at a position is under the head that the contract holds. @type {(log: string, position: number) => AsyncGenerator<Finding>} */
export async function* checkEntry(log, position) {
  const { accepted, anchored, contract } = await headsOf(log), { size } = anchored;
  if (position >= accepted.size) return void (yield { held: null, text: t("beyond", { accepted: accepted.size, position }) });
  if (position >= size) return void (yield { held: null, text: t("waits", { position }) });
  const commitment = await commitmentAt(log, position, size);
  yield holds("commitment", { position, commitment: prefixedHex(commitment) });
  const proof = hashesOf(await get(`/log/${log}/proof/inclusion?position=${position}&size=${size}`));
  const root = rootFrom(leafHash(commitment), BigInt(position), BigInt(size), proof);
  if (!root) return void (yield fails("short", { position }));
  if (!equal(root, hashOf(anchored.root))) return void (yield fails("elsewhere", { position, size }));
  const chain = await openChain(), stored = await chain.checkpoint(contract, root);
  if (stored.size !== BigInt(size)) return void (yield fails("notHeld", { size }));
  yield holds("included", { position, size, time: timeText(Number(stored.time)) });
  const written = await transactionOf(chain, contract, anchored);
  if (written) yield holds("rootWritten", written);
}

/** Whether the log of one head is the beginning of the log of another, and the contract held both. @type {(log: string, first: PastHead, second: PastHead) => AsyncGenerator<Finding>} */
export async function* checkContinuity(log, first, second) {
  const proof = await proofOf(log, first.size, second.size), sizes = { first: first.size, second: second.size };
  yield isConsistent(headIn(first), headIn(second), proof) ? holds("continues", sizes) : fails("rewritten", sizes);
  const chain = await openChain(), { contract } = await headsOf(log);
  for (const head of [first, second]) yield heldBy(chain, contract, head);
}

/** @type {(log: string) => Promise<Heads>} */
const headsOf = (log) => get(`/log/${log}/heads`);
/** @type {(log: string, first: number, second: number) => Promise<Uint8Array[]>} */
const proofOf = async (log, first, second) => hashesOf(await get(`/log/${log}/proof/consistency?first=${first}&second=${second}`));
/** @type {(head: { size: number, root: string }) => import("../../verify/merkle.js").Head} */
const headIn = ({ size, root }) => ({ size: BigInt(size), root: hashOf(root) });

/** @type {(chain: Snapshot, contract: string, head: { size: number, root: string }) => Promise<Finding>} */
async function heldBy(chain, contract, head) {
  const { size, root } = headIn(head), stored = await chain.checkpoint(contract, root);
  return stored.size === size ? holds("holds", { size: head.size, time: timeText(Number(stored.time)) }) : fails("notHeld", { size: head.size });
}
