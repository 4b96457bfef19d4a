// A passkey as an account of the portal. The prompt of a passkey shows no words. So the page signs the digest that it
// computes from what it shows, and never a digest that the server sends.
import { createPasskey, encodeAssertion, getAssertion } from "../passkey.js";
import { openSession, post } from "./api.js";
import { hex, utf8 } from "./bytes.js";
import { translate } from "./words.js";

/** @import { Account, Domain, Signable, SignedForm, StatementKind, Whole } from "./answers" */
/** @typedef {typeof import("../statements.js")} Statements */
/** @typedef {{ id: string, key: string, name: string, chain?: string }} Remembered */
const STATEMENTS_URL = "/portal/statements.js", STORAGE_KEY = "mydata.passkey";
const SIGN_IN = "Sign in to MyData Ledger. This proves who you are; it permits nothing and costs nothing.";
const SALT = utf8("MyData Ledger: secrets that withdraw my consents");
/** A passkey that the person chose, and the two keys that it can have. @type {{ id: string, keys: string[] } | null} */
let candidate = null;

/** The passkey that this browser remembers; null where it remembers none. Nothing of it is secret. @type {() => Remembered | null} */
export function remembered() {
  try {
    const { id, key, name, chain } = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "null");
    return /^[\w-]{1,1400}$/.test(id) && /^0x[0-9a-f]{128}$/.test(key) ? { id, key, name: String(name ?? "").slice(0, 64), chain: String(chain ?? "") } : null;
  } catch {
    return null;
  }
}

/** Remember a passkey in this browser; null forgets it. @type {(passkey: Remembered | null) => void} */
export function remember(passkey) {
  try {
    passkey ? localStorage.setItem(STORAGE_KEY, JSON.stringify(passkey)) : localStorage.removeItem(STORAGE_KEY);
  } catch {
    // A browser without storage asks again next time.
  }
}

/** Make a passkey and remember it: without its key the next sign-in takes more touches. @type {(name: string) => Promise<Account>} */
export async function create(name) {
  const statements = await loadStatements(), known = remembered();
  const passkey = await createPasskey(name, known ? [known.id] : []);
  remember({ ...passkey, name });
  return new Passkey(statements, passkey.id, [passkey.key], name);
}

/**
 * The remembered passkey, else the one that the person chooses. A browser does not tell the key of a chosen passkey; its
 * first signature leaves two possible keys.
 * @type {(known?: Remembered | null) => Promise<Account>}
 */
export async function find(known = remembered()) {
  const statements = await loadStatements();
  if (known) return new Passkey(statements, known.id, [known.key], known.name);
  if (!candidate) {
    const chosen = await getAssertion(hex(crypto.getRandomValues(new Uint8Array(32))));
    candidate = { id: chosen.id, keys: statements.keysOf(chosen) };
  }
  return new Passkey(statements, candidate.id, candidate.keys, "");
}

/**
 * The remembered passkey, if it is the one that opened the session of this address (signer bytes, 0x-hex); it signs nothing now.
 * @type {(address: string) => Promise<Account | null>}
 */
export async function resumePasskey(address) {
  const known = remembered();
  if (!known?.chain || !address.toLowerCase().endsWith(known.key.slice(2)) || address.length <= known.key.length) return null;
  const passkey = new Passkey(await loadStatements(), known.id, [known.key], known.name);
  passkey.resume(address.toLowerCase(), known.chain);
  return passkey;
}

/** @type {() => Promise<Statements>} */
async function loadStatements() {
  if (!window.PublicKeyCredential) throw new Error(translate("noPasskeys"));
  if (/^[\d.]+$|:/.test(location.hostname)) throw new Error(translate("needsName", { host: location.hostname }));
  try {
    return await import(STATEMENTS_URL);
  } catch {
    throw new Error(translate("noStatements"));
  }
}

/** @implements {Account} */
class Passkey {
  kind = /** @type {const} */ ("passkey");
  name = "";
  signer = "";
  #statements;
  #id;
  #keys;
  #label;
  /** Derives withdrawal secrets, where the passkey can (`prf`). @type {CryptoKey | null} */
  #master = null;
  #chain = "";
  /** True until it is known whether the passkey derives secrets. */
  #unknown = false;

  /** @param {Statements} statements @param {string} id @param {string[]} keys @param {string} label */
  constructor(statements, id, keys, label) {
    this.#statements = statements;
    this.#id = id;
    this.#keys = keys;
    this.#label = label;
  }

  get derives() {
    return this.#master !== null || this.#unknown;
  }

  get address() {
    return this.#statements.accountOf(this.signer);
  }

  /** Be the account of a session that is open already. @param {string} signer @param {string} chain */
  resume(signer, chain) {
    this.signer = this.name = signer;
    this.#chain = chain;
    this.#unknown = true;
  }

  async signIn() {
    for (const key of this.#keys) if (await this.#signInWith(key)) return;
    candidate = null;
    throw new Error(translate("unknownPasskey"));
  }

  /** Sign in (ERC-4361) with one of the possible keys; false if it is not the passkey's. @param {string} key */
  async #signInWith(key) {
    const { message, signer } = await post("/session/challenges", { passkey: key });
    this.#chain = this.#chainOf(message, signer, key);
    const assertion = await getAssertion(this.#statements.textDigest(message), this.#id, SALT);
    if (!this.#statements.keysOf(assertion).includes(key)) return false;
    await openSession({ message, passkey: key, signature: encodeAssertion(assertion) });
    remember({ id: this.#id, key, name: this.#label, chain: this.#chain });
    candidate = null;
    this.signer = this.name = signer;
    await this.#derive(assertion.secret);
    return true;
  }

  /** @param {BufferSource} [secret] */
  async #derive(secret) {
    this.#unknown = false;
    if (secret) this.#master = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }

  /**
   * The chain of a sign-in text. Throws unless it is for this site and this key.
   * @param {string} message @param {string} signer @param {string} key
   */
  #chainOf(message, signer, key) {
    const fits = /^0x[0-9a-f]{168}$/.test(signer) && signer.endsWith(key.slice(2));
    const start = fits && `${location.host} wants you to sign in with your Ethereum account:\n${this.#statements.accountOf(signer)}\n\n${SIGN_IN}\n\nURI: ${location.origin}`;
    const chain = /\nChain ID: (\d{1,20})\n/.exec(message)?.[1];
    if (!start || !message.startsWith(start) || !chain) throw new Error(translate("wrongSentence"));
    return chain;
  }

  /**
   * The digest of a draft. Throws unless the server's digest, where it sends one, equals it, on the chain of the sign-in.
   * @param {StatementKind} kind @param {Signable} draft
   */
  async check(kind, { typed_data: { message, domain }, digest: received }) {
    const own = this.#digest(kind, message, domain);
    if (received !== undefined && own !== received) throw new Error(translate("wrongDigest", { own, received }));
    if (String(domain.chainId) !== this.#chain) throw new Error(translate("wrongChain", { own: this.#chain, received: domain.chainId }));
    return own;
  }

  /** A passkey is on no chain; `check` compares that of the draft. */
  async checkChain() {}

  /** @param {StatementKind} kind @param {object} message @param {Domain} domain */
  #digest(kind, message, domain) {
    try {
      return this.#statements.statementDigest(kind, JSON.stringify(message), JSON.stringify(domain));
    } catch (error) {
      throw new Error(translate("unreadable", { why: /** @type {Error} */ (error).message }));
    }
  }

  /** @type {(kind: StatementKind, draft: Signable) => Promise<SignedForm>} */
  async sign(kind, draft) {
    const { message, domain } = draft.typed_data;
    const assertion = await getAssertion(await this.check(kind, draft), this.#id);
    return { message, domain, signature: encodeAssertion(assertion) };
  }

  /** The passkey signs the digest that the page computes from the text. @param {string} text */
  async signText(text) {
    return encodeAssertion(await getAssertion(this.#statements.textDigest(text), this.#id));
  }

  /**
   * Derived where the passkey can, else random, and then the person keeps it. After a reload one more touch tells which.
   * @type {(grantee: string, version: Whole) => Promise<Bytes>}
   */
  async secret(grantee, version) {
    if (this.#unknown) await this.#derive((await getAssertion(hex(crypto.getRandomValues(new Uint8Array(32))), this.#id, SALT)).secret);
    if (!this.#master) return crypto.getRandomValues(new Uint8Array(32));
    return new Uint8Array(await crypto.subtle.sign("HMAC", this.#master, utf8(`to ${grantee.toLowerCase()}\nversion ${version}`)));
  }
}
