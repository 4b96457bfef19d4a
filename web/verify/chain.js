// What the contracts say, as of one block, over bare JSON-RPC; each question is asked once.
import { big, fromHex, hex, join, keccak, shown, utf8 } from "./bytes.js";

const TIMEOUT_MS = 10_000, MAX_BATCH = 100;
const REVERTED = [3, -32015];
const MAGIC_1271 = "1626ba7e", MAGIC_7913 = "024ad318";
const selector = (name) => hex(keccak(utf8.encode(name)).subarray(0, 4));
const SELECTORS = Object.fromEntries(
  ["checkpointOf(bytes32)", "revokedAt(bytes32)", "withdrawnAt(bytes32)", "successorOf(bytes32)", "party(address)",
    "isValidSignature(bytes32,bytes)", "verify(bytes,bytes32,bytes)"].map((name) => [name.split("(")[0], selector(name)]),
);

export class Silent extends Error {}
export class Nonsense extends Error {
  constructor(contract) {
    super(contract);
    this.contract = contract;
  }
}

export const view = (contract, name, argument) => [contract, "0x" + SELECTORS[name] + argument];

/** The views of the contracts as of the newest block when the first question is asked. */
export class Snapshot {
  constructor(url) {
    this.url = url;
    this.known = new Map();
  }

  chainId() {
    return (this.chain ??= this.ask("eth_chainId", []).then(number));
  }

  block() {
    return (this.head ??= this.ask("eth_getBlockByNumber", ["latest", false]).then((head) => {
      return { number: "0x" + number(head?.number).toString(16), time: number(head?.timestamp) };
    }));
  }

  async time() {
    return (await this.block()).time;
  }

  /** Ask in batches what is not known yet; what fails is asked again, and said, where it is needed. */
  async prefetch(questions) {
    const missing = [...new Map(questions.map((one) => [one.join(), one])).values()].filter((one) => !this.known.has(one.join()));
    const block = (await this.block()).number;
    for (let start = 0; start < missing.length; start += MAX_BATCH) {
      const batch = missing.slice(start, start + MAX_BATCH);
      const answers = await this.post(batch.map((one, id) => call(id, ...asked(one, block))));
      if (!Array.isArray(answers)) return;
      for (const { id, result } of answers) {
        if (batch[id] && typeof result === "string") this.known.set(batch[id].join(), Promise.resolve(result));
      }
    }
  }

  async hasCode(contract) {
    return hexOf(await this.answer([contract, ""])).length > 2;
  }

  async checkpoint(contract, root) {
    const [size, time] = await this.words(contract, "checkpointOf", root, 2);
    return { size, time };
  }

  async mark(contract, name, entry) {
    return (await this.words(contract, name, entry, 1))[0];
  }

  /** What PartyRegistry knows of the account: its roles and the window of its accreditation. */
  async party(registry, account) {
    const raw = hexOf(await this.answer(view(registry, "party", account.slice(2).toLowerCase().padStart(64, "0"))));
    const bytes = fromHex(raw.slice(2)), at = (place) => BigInt(shown(bytes.subarray(place, place + 32)));
    if (raw.length < 2 + 64 * 6 || at(0) !== 32n) throw new Nonsense(registry);
    const list = 32 + Number(at(64)), count = Number(at(list));
    if (!(list + 32 * (count + 1) <= bytes.length)) throw new Nonsense(registry);
    const roles = Array.from({ length: count }, (_, i) => roleAt(bytes, list + 32 * (i + 1)));
    return { roles, start: at(128), end: at(160) };
  }

  /** Whether a contract wallet says by ERC-1271 that it signed; not when nothing stands there. */
  async walletAgrees(wallet, digest, signature) {
    const given = join(digest, big(64, 32), packed(signature));
    return (await this.hasCode(wallet)) && this.says(wallet, "isValidSignature", given, MAGIC_1271);
  }

  /** Whether an ERC-7913 verifier says that the key signed; not when nothing stands there. */
  async verifierAgrees(verifier, key, digest, signature) {
    const first = packed(key);
    const given = join(big(96, 32), digest, big(96 + first.length, 32), first, packed(signature));
    return (await this.hasCode(verifier)) && this.says(verifier, "verify", given, MAGIC_7913);
  }

  /** A contract that reverts says no: only a chain that does not answer at all is unknown. */
  async says(contract, name, given, magic) {
    const { result, error } = await this.post(call(0, ...asked(view(contract, name, hex(given)), (await this.block()).number)));
    const reverted = REVERTED.includes(error?.code) || String(error?.message).includes("revert");
    if (result === undefined && !reverted) throw new Silent();
    return String(result).toLowerCase() === "0x" + magic.padEnd(64, "0");
  }

  async words(contract, name, argument, count) {
    const raw = hexOf(await this.answer(view(contract, name, hex(argument))));
    if (raw.length !== 2 + 64 * count) throw new Nonsense(contract);
    return Array.from({ length: count }, (_, at) => BigInt("0x" + raw.slice(2 + 64 * at, 66 + 64 * at)));
  }

  answer(question) {
    const name = question.join();
    if (!this.known.has(name)) {
      this.known.set(name, this.block().then(({ number: block }) => this.ask(...asked(question, block))));
    }
    return this.known.get(name);
  }

  async ask(method, params) {
    const { result } = await this.post(call(0, method, params));
    if (result === undefined || result === null) throw new Silent();
    return result;
  }

  async post(body) {
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const told = await answer.json();
      if (told === null || typeof told !== "object") throw new Silent();
      return told;
    } catch {
      throw new Silent();
    }
  }
}

const call = (id, method, params) => ({ jsonrpc: "2.0", id, method, params });
const asked = ([to, data], block) => (data ? ["eth_call", [{ to, data }, block]] : ["eth_getCode", [to, block]]);
const packed = (bytes) => join(big(bytes.length, 32), bytes, new Uint8Array((32 - (bytes.length % 32)) % 32));

function roleAt(bytes, place) {
  const word = bytes.subarray(place, place + 32);
  return String.fromCharCode(...word.subarray(0, word.findLastIndex((byte) => byte) + 1));
}

function hexOf(value) {
  if (typeof value === "string" && /^0x[0-9a-fA-F]*$/.test(value)) return value;
  throw new Silent();
}

function number(value) {
  const text = hexOf(value);
  if (text.length < 3 || text.length > 66) throw new Silent();
  return BigInt(text);
}
