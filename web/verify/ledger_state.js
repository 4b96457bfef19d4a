// The state of the contracts as a ledger's own server reports it, for a page that may connect to that server alone. Who does
// not want to believe the server asks a node instead, on /verify.
import { equal, fromHex } from "./bytes.js";
import { NoAnswer, Snapshot } from "./chain.js";
import { Failure } from "./failure.js";
import { leafHash, rootFrom } from "./merkle.js";

/** @import { Document } from "./documents" */
/** The answer of the server to a GET request, by path. @typedef {(path: string) => Promise<any>} Read */
/** @typedef {{ chainId: bigint, contract: string, size: bigint, root: Uint8Array, block: number }} Head */
const LOGS = ["consents", "records", "access"], OPEN_END = 2n ** 64n - 1n;

/** What one document needs to know of the chain. */
export class LedgerState extends Snapshot {
  /** @type {Map<string, Promise<any>>} */
  #known = new Map();
  #read;

  /** @param {Document} document @param {Read} read */
  constructor(document, read) {
    super("");
    this.document = document;
    this.#read = read;
  }

  /** The answer to a path, read once; undefined for what the server does not have. Throws NoAnswer. @param {string} path */
  get(path) {
    const answer = this.#known.get(path) ?? this.#read(path).catch(({ status }) => (status === 404 ? undefined : refuse()));
    this.#known.set(path, answer);
    return answer;
  }

  /** The head of a log that its contract holds. Throws NoAnswer. @param {string} log @returns {Promise<Head>} */
  async head(log) {
    const { chain_id: chainId, contract, anchored } = (await this.get(`/log/${log}/heads`)) ?? {};
    return { chainId: numberOf(chainId), contract: addressOf(contract), size: numberOf(anchored?.size), root: hashOf(anchored?.root), block: Number(anchored?.block) };
  }

  async chainId() {
    return (await this.head(this.document.log)).chainId;
  }

  /** True for the contracts of this ledger. @param {string} contract */
  async hasCode(contract) {
    const { parties } = (await this.get("/log/consents/marks?limit=1")) ?? {}, heads = await Promise.all(LOGS.map((log) => this.head(log)));
    return [parties, ...heads.map((head) => head.contract)].some((known) => String(known).toLowerCase() === contract.toLowerCase());
  }

  /**
   * The size of a checkpoint whose entry the ledger proves under the head that its contract holds. Throws Failure if the
   * entry does not lie under that head. @param {string} _contract @param {Uint8Array} root
   */
  async checkpoint(_contract, root) {
    const part = this.document.parts.find(({ checkpoint }) => checkpoint && equal(checkpoint.root, root));
    const size = part?.checkpoint?.size ?? 0n, head = await this.head(part?.log ?? "");
    if (part && !equal(root, head.root)) await this.#requireIncluded(part, head);
    return { size: part && size <= head.size ? size : 0n, time: 0n };
  }

  /** @param {Document} part @param {Head} head */
  async #requireIncluded({ log, position, entry }, head) {
    const { hashes } = (await this.get(`/log/${log}/proof/inclusion?position=${position}&size=${head.size}`)) ?? {};
    const proven = rootFrom(leafHash(entry), position, head.size, listOf(hashes).map(hashOf));
    if (!proven || !equal(proven, head.root)) throw new Failure("invalid", "not_included", { position });
  }

  /** Roles and period of an accredited party; none for an account that is not one. @param {string} _registry @param {string} account */
  async party(_registry, account) {
    const party = await this.get(`/parties/${account}`);
    if (!party) return { roles: [], start: 0n, end: 0n };
    return { roles: listOf(party.roles).map(String), start: numberOf(party.valid_from), end: numberOf(party.valid_until) || OPEN_END };
  }

  /** Only a node can ask a contract wallet. @returns {Promise<boolean>} */
  async walletAgrees() {
    throw new NoAnswer();
  }

  /** Only a node can ask the verifier of a passkey. @returns {Promise<boolean>} */
  async verifierAgrees() {
    throw new NoAnswer();
  }
}

/** @type {(value: unknown) => unknown[]} */
const listOf = (value) => (Array.isArray(value) ? value : refuse());
/** @type {(value: unknown) => string} */
const addressOf = (value) => (typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value) ? value : refuse());
/** @type {(value: unknown) => Uint8Array} */
const hashOf = (value) => (typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value) ? fromHex(value.slice(2)) : refuse());
/** @type {(value: unknown) => bigint} */
const numberOf = (value) => (/^[0-9]{1,20}$/.test(String(value)) ? BigInt(String(value)) : refuse());

/** @returns {never} */
function refuse() {
  throw new NoAnswer();
}
