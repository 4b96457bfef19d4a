// Changes of the register of parties: signed in the wallet of who is signed in, and followed until this ledger lists them.
import { messages } from "../../kit/messages.js";
import { Refused, get } from "../../portal/api.js";
import { presentAccount } from "../../portal/session.js";
import { concat, keccak, utf8 } from "../../verify/bytes.js";
import { Snapshot } from "../../verify/chain.js";
import { abiAccount, removeCall, writeCall } from "./registry_calls.js";

/** @import { Party } from "../../portal/answers" */
/** @import { Entry } from "./registry_calls.js" */
/** How far a change has come: 0 waits for the wallet, 1 for the chain, 2 for the ledger, 3 is done. @typedef {0 | 1 | 2 | 3} Progress */
/** What to do: an entry to write, as a new one or over an old one, or an account to remove. @typedef {{ registry: string, entry?: Entry, isNew?: boolean, removed?: string }} Change */
const REGISTRAR = keccak(utf8.encode("REGISTRAR_ROLE")), NODE = "/verify/node", PAUSE_MS = 700, PATIENCE_MS = 120_000;
const t = messages(
  { reverted: "The register refused the change: the transaction was reverted. Is this account a registrar, and is the register not paused?", late: "The change was sent, but {who} does not show it yet. Reload the page in a while.", chain: "the chain", ledger: "this ledger", passkey: "A change of the register is signed with a wallet." },
  { reverted: "등록부가 변경을 거절했습니다(트랜잭션 되돌림). 이 계정이 등록 담당인지, 등록부가 멈춘 상태는 아닌지 확인해 주세요.", late: "변경을 보냈지만 {who}에 아직 나타나지 않습니다. 잠시 후 페이지를 새로 열어 주세요.", chain: "체인", ledger: "이 원장", passkey: "등록부 변경은 지갑으로 서명합니다." },
);

/** Whether an account may write to the register; null where no node of the chain tells. @type {(registry: string, account: string) => Promise<boolean | null>} */
export async function isRegistrar(registry, account) {
  try {
    const { url } = await get(NODE);
    const [has] = await new Snapshot(url).words(registry, "hasRole", concat(REGISTRAR, abiAccount(account)), 1);
    return has === 1n;
  } catch {
    return null;
  }
}

/** Have a change signed and sent, and wait until the ledger lists it. Throws with the reason. @type {(change: Change, follow: (progress: Progress) => void) => Promise<void>} */
export async function makeChange({ registry, entry, isNew, removed = "" }, follow) {
  const account = presentAccount(), { provider } = account, { chain } = await get("/health");
  if (!provider) throw new Error(t("passkey"));
  await account.checkChain({ name: "", version: "", chainId: chain.id, verifyingContract: registry });
  follow(0);
  const data = entry ? writeCall(isNew ? "register" : "update", entry) : removeCall(removed);
  const hash = await provider.request({ method: "eth_sendTransaction", params: [{ from: account.name, to: registry, data }] });
  follow(1);
  const { status } = await eventually(() => provider.request({ method: "eth_getTransactionReceipt", params: [hash] }), t("chain"));
  if (BigInt(status) !== 1n) throw new Error(t("reverted"));
  follow(2);
  await eventually(async () => isListed(await listed(entry?.account ?? removed), entry), t("ledger"));
  follow(3);
}

/** The first answer that is something. Throws if none comes. @template T @param {() => Promise<T>} read @param {string} who @returns {Promise<NonNullable<T>>} */
async function eventually(read, who) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await new Promise((done) => void setTimeout(done, PAUSE_MS))) {
    const found = await read();
    if (found) return found;
  }
  throw new Error(t("late", { who }));
}

/** @type {(account: string) => Promise<Party | null>} */
const listed = (account) => get(`/parties/${account}`).catch((error) => {
  if (error instanceof Refused && error.status === 404) return null;
  throw error;
});

/** True if the list has what was written; without an entry, if it has nothing. @type {(party: Party | null, entry?: Entry) => boolean} */
function isListed(party, entry) {
  if (!entry || !party) return !entry && !party;
  return party.name === entry.name && BigInt(party.valid_until) === BigInt(entry.until) && party.roles.toSorted().join() === entry.roles.toSorted().join();
}
