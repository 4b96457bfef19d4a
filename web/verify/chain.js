// Contract state of one block, read over JSON-RPC. Each call is sent once.
import { bigEndian, concat, fromHex, hex, keccak, prefixedHex, utf8 } from "./bytes.js";

/**
 * A call to a contract: its address and the calldata; without calldata its code is read.
 * @typedef {[contract: string, calldata: string]} Call
 */
const TIMEOUT_MS = 10_000, MAX_BATCH = 100, MAX_WAITS = 20;
const REVERTED = [3, -32015];
const MAGIC_1271 = "1626ba7e", MAGIC_7913 = "024ad318";
const PARTY_DIGITS = 64 * 6;
/** The first four bytes of a call, as hex. @type {(signature: string) => string} */
export const selector = (signature) => hex(keccak(utf8.encode(signature)).subarray(0, 4));
const SELECTORS = Object.fromEntries(
  ["head()", "checkpointOf(bytes32)", "revokedAt(bytes32,bytes32)", "withdrawnAt(bytes32)", "successorOf(bytes32)", "party(address)",
    "isValidSignature(bytes32,bytes)", "verify(bytes,bytes32,bytes)", "hasRole(bytes32,address)"].map((signature) => [signature.split("(")[0], selector(signature)]),
);

/** The chain does not answer. */
export class NoAnswer extends Error {}

/** A contract answers otherwise than a registry does. */
export class BadAnswer extends Error {
  /** @param {string} contract */
  constructor(contract) {
    super(contract);
    this.contract = contract;
  }
}

/** The call of a contract's function; `argument` is ABI-encoded hex. @type {(contract: string, name: string, argument: string) => Call} */
export const callTo = (contract, name, argument) => [contract, "0x" + SELECTORS[name] + argument];

/** Contract state as of the newest block at the time of the first call. Its methods throw NoAnswer and BadAnswer. */
export class Snapshot {
  /** @type {Map<string, Promise<unknown>>} */
  answers = new Map();
  /** @type {Promise<bigint> | undefined} */
  #chainId;
  /** @type {Promise<{ number: string, time: bigint }> | undefined} */
  #block;

  /** @param {string} url */
  constructor(url) {
    this.url = url;
  }

  /** The chain's number. */
  chainId() {
    return (this.#chainId ??= this.request("eth_chainId", []).then(numberOf));
  }

  /** The block whose state is read. */
  block() {
    return (this.#block ??= this.request("eth_getBlockByNumber", ["latest", false]).then((head) => {
      return { number: "0x" + numberOf(head?.number).toString(16), time: numberOf(head?.timestamp) };
    }));
  }

  /** The block's time in UTC seconds. */
  async time() {
    return (await this.block()).time;
  }

  /** Send calls in batches, each once. A call that fails here is sent again by the check that needs it. @param {Call[]} calls */
  async prefetch(calls) {
    const missing = [...new Map(calls.map((call) => [call.join(), call])).values()].filter((call) => !this.answers.has(call.join()));
    const block = (await this.block()).number;
    for (let start = 0; start < missing.length; start += MAX_BATCH) {
      const batch = missing.slice(start, start + MAX_BATCH);
      const answers = await this.post(batch.map((call, id) => request(id, ...methodOf(call, block))));
      if (!Array.isArray(answers)) return;
      for (const { id, result } of answers) {
        if (batch[id] && typeof result === "string") this.answers.set(batch[id].join(), Promise.resolve(result));
      }
    }
  }

  /** True if a contract has code. @param {string} contract */
  async hasCode(contract) {
    return hexOf(await this.answer([contract, ""])).length > 2;
  }

  /** The size and time of the checkpoint with a root; zeros for an unknown root. @param {string} contract @param {Uint8Array} root */
  async checkpoint(contract, root) {
    const [size, time] = await this.words(contract, "checkpointOf", root, 2);
    return { size, time };
  }

  /**
   * The number that a contract stores for a statement; 0 where it stores none.
   * @param {string} contract @param {string} name @param {Uint8Array[]} names its digest or entry, and for a consent its lock
   */
  async mark(contract, name, ...names) {
    return (await this.words(contract, name, concat(...names), 1))[0];
  }

  /** A party's roles and accreditation period in PartyRegistry. @param {string} registry @param {string} account */
  async party(registry, account) {
    const raw = hexOf(await this.answer(callTo(registry, "party", account.slice(2).toLowerCase().padStart(64, "0"))));
    const bytes = fromHex(raw.slice(2)), wordAt = (/** @type {number} */ offset) => BigInt(prefixedHex(bytes.subarray(offset, offset + 32)));
    if (raw.length < 2 + PARTY_DIGITS || wordAt(0) !== 32n) throw new BadAnswer(registry);
    const list = 32 + Number(wordAt(64)), count = Number(wordAt(list));
    if (!(list + 32 * (count + 1) <= bytes.length)) throw new BadAnswer(registry);
    const roles = Array.from({ length: count }, (_, index) => roleAt(bytes, list + 32 * (index + 1)));
    return { roles, start: wordAt(128), end: wordAt(160) };
  }

  /**
   * True if a contract wallet confirms a signature (ERC-1271); false if the address has no code.
   * @param {string} wallet @param {Uint8Array} digest @param {Uint8Array} signature
   */
  async walletAgrees(wallet, digest, signature) {
    const calldata = concat(digest, bigEndian(64, 32), abiBytes(signature));
    return (await this.hasCode(wallet)) && this.confirms(wallet, "isValidSignature", calldata, MAGIC_1271);
  }

  /**
   * True if an ERC-7913 verifier confirms the signature of a key; false if the address has no code.
   * @param {string} verifier @param {Uint8Array} key @param {Uint8Array} digest @param {Uint8Array} signature
   */
  async verifierAgrees(verifier, key, digest, signature) {
    const first = abiBytes(key);
    const calldata = concat(bigEndian(96, 32), digest, bigEndian(96 + first.length, 32), first, abiBytes(signature));
    return (await this.hasCode(verifier)) && this.confirms(verifier, "verify", calldata, MAGIC_7913);
  }

  /**
   * A contract that reverts does not confirm. Only a chain that does not answer is unknown.
   * @param {string} contract @param {string} name @param {Uint8Array} calldata @param {string} magic
   */
  async confirms(contract, name, calldata, magic) {
    const { result, error } = await this.post(request(0, ...methodOf(callTo(contract, name, hex(calldata)), (await this.block()).number)));
    const reverted = REVERTED.includes(error?.code) || String(error?.message).includes("revert");
    if (result === undefined && !reverted) throw new NoAnswer();
    return String(result).toLowerCase() === "0x" + magic.padEnd(64, "0");
  }

  /** @param {string} contract @param {string} name @param {Uint8Array} argument @param {number} count */
  async words(contract, name, argument, count) {
    const raw = hexOf(await this.answer(callTo(contract, name, hex(argument))));
    if (raw.length !== 2 + 64 * count) throw new BadAnswer(contract);
    return Array.from({ length: count }, (_, index) => BigInt("0x" + raw.slice(2 + 64 * index, 66 + 64 * index)));
  }

  /** @param {Call} call */
  answer(call) {
    const name = call.join();
    const answer = this.answers.get(name) ?? this.block().then(({ number }) => this.request(...methodOf(call, number)));
    this.answers.set(name, answer);
    return answer;
  }

  /** The result of one JSON-RPC request; its type depends on the method. @type {(method: string, params: unknown[]) => Promise<any>} */
  async request(method, params) {
    const { result } = await this.post(request(0, method, params));
    if (result === undefined || result === null) throw new NoAnswer();
    return result;
  }

  /** @type {(body: object) => Promise<any>} */
  async post(body) {
    try {
      const response = await this.send(body);
      const answer = await response.json();
      if (answer === null || typeof answer !== "object") throw new NoAnswer();
      return answer;
    } catch {
      throw new NoAnswer();
    }
  }

  /** The response to a request, which waits where the node asks to (429). @type {(body: object, tries?: number) => Promise<Response>} */
  async send(body, tries = MAX_WAITS) {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 429 || !tries) return response;
    const seconds = Number(response.headers.get("retry-after")) || 1;
    await new Promise((resolve) => setTimeout(resolve, Math.min(seconds * 1_000, TIMEOUT_MS)));
    return this.send(body, tries - 1);
  }
}

/** @type {(id: number, method: string, params: unknown[]) => object} */
const request = (id, method, params) => ({ jsonrpc: "2.0", id, method, params });
/** @type {(call: Call, block: string) => [method: string, params: unknown[]]} */
const methodOf = ([to, data], block) => (data ? ["eth_call", [{ to, data }, block]] : ["eth_getCode", [to, block]]);
/** The ABI encoding of `bytes`. @type {(bytes: Uint8Array) => Uint8Array} */
export const abiBytes = (bytes) => concat(bigEndian(bytes.length, 32), bytes, new Uint8Array((32 - (bytes.length % 32)) % 32));

/** @type {(bytes: Uint8Array, offset: number) => string} */
function roleAt(bytes, offset) {
  const word = bytes.subarray(offset, offset + 32);
  return String.fromCharCode(...word.subarray(0, word.findLastIndex((byte) => byte) + 1));
}

/** @type {(value: unknown) => string} */
function hexOf(value) {
  if (typeof value === "string" && /^0x[0-9a-fA-F]*$/.test(value)) return value;
  throw new NoAnswer();
}

/** @type {(value: unknown) => bigint} */
function numberOf(value) {
  const text = hexOf(value);
  if (text.length < 3 || text.length > 66) throw new NoAnswer();
  return BigInt(text);
}
