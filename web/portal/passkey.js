// A passkey as this page signs with it. A passkey's prompt shows no words: so the page signs the digest that it computed
// itself from what it shows, never one that it was sent.
import { ask, encoded, make } from "../passkey.js";
import { openSession, post, write } from "./api.js";
import { hex, utf8 } from "./bytes.js";
import { say } from "./words.js";

const PARTS = "/portal/statements.js", PLACE = "mydata.passkey";
const SENTENCE = "Sign in to MyData Ledger. This proves who you are; it permits nothing and costs nothing.";
const SALT = utf8("MyData Ledger: secrets that withdraw my consents");
let half = null; // a passkey that was chosen, of which two keys are possible

/** Which passkey this browser remembers: { id, key, name }, none of it secret; nothing where it remembers none. */
export function remembered() {
  try {
    const { id, key, name } = JSON.parse(localStorage.getItem(PLACE));
    return /^[\w-]{1,1400}$/.test(id) && /^0x[0-9a-f]{128}$/.test(key) ? { id, key, name: String(name ?? "").slice(0, 64) } : null;
  } catch {
    return null;
  }
}

export function remember(passkey) {
  try {
    passkey ? localStorage.setItem(PLACE, JSON.stringify(passkey)) : localStorage.removeItem(PLACE);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

/** A new one, remembered at once: without its key the next sign-in takes more touches. */
export async function create(name) {
  const parts = await ready(), known = remembered();
  const made = await make(name, known ? [known.id] : []);
  remember({ ...made, name });
  return new Passkey(parts, made.id, [made.key], name);
}

/** The remembered one; else the one the person chooses. Browsers tell no key of it: its first signature leaves two. */
export async function find(known = remembered()) {
  const parts = await ready();
  if (known) return new Passkey(parts, known.id, [known.key], known.name);
  if (!half) {
    const chosen = await ask(hex(crypto.getRandomValues(new Uint8Array(32))));
    half = { id: chosen.id, keys: parts.keysOf(chosen) };
  }
  return new Passkey(parts, half.id, half.keys, "");
}

async function ready() {
  if (!window.PublicKeyCredential) throw new Error(say("noPasskeys"));
  if (/^[\d.]+$|:/.test(location.hostname)) throw new Error(say("needsName", { host: location.hostname }));
  try {
    return await import(PARTS);
  } catch {
    throw new Error(say("noStatements"));
  }
}

class Passkey {
  kind = "passkey";
  #parts;
  #id;
  #keys;
  #master = null; // derives the secrets of locks, where the passkey can (`prf`)
  #chain = "";

  constructor(parts, id, keys, name) {
    [this.#parts, this.#id, this.#keys, this.label] = [parts, id, keys, name];
  }

  get derives() {
    return this.#master !== null;
  }

  async signIn() {
    for (const key of this.#keys) if (await this.#open(key)) return;
    half = null;
    throw new Error(say("unknownPasskey"));
  }

  /** ERC-4361, for one of the possible keys; whether it is the passkey's. */
  async #open(key) {
    const { message, signer } = await post("/session/challenges", { passkey: key });
    this.#readSentence(message, signer, key);
    const given = await ask(this.#parts.textDigest(message), this.#id, SALT);
    if (!this.#parts.keysOf(given).includes(key)) return false;
    await openSession({ message, passkey: key, signature: encoded(given) });
    remember({ id: this.#id, key, name: this.label });
    half = null;
    Object.assign(this, { signer, name: signer });
    if (given.secret) this.#master = await crypto.subtle.importKey("raw", given.secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return true;
  }

  #readSentence(message, signer, key) {
    const fits = /^0x[0-9a-f]{168}$/.test(signer) && signer.endsWith(key.slice(2));
    const start = fits && `${location.host} wants you to sign in with your Ethereum account:\n${this.#parts.accountOf(signer)}\n\n${SENTENCE}\n\nURI: ${location.origin}`;
    this.#chain = /\nChain ID: (\d{1,20})\n/.exec(message)?.[1];
    if (!start || !message.startsWith(start) || !this.#chain) throw new Error(say("wrongSentence"));
  }

  /** The digest of what a draft says. Throws unless the door's own digest is the same, on the chain signed in to. */
  async check(kind, { typed_data: { message, domain }, digest: asked }) {
    const own = this.#digest(kind, message, domain);
    if (own !== asked) throw new Error(say("wrongDigest", { own, asked }));
    if (String(domain.chainId) !== this.#chain) throw new Error(say("wrongChain", { own: this.#chain, asked: domain.chainId }));
    return own;
  }

  #digest(kind, message, domain) {
    try {
      return this.#parts.statementDigest(kind, write(message), write(domain));
    } catch (error) {
      throw new Error(say("unreadable", { why: error.message }));
    }
  }

  /** A signed form of a draft, as the door takes it. */
  async sign(kind, draft) {
    const { message, domain } = draft.typed_data;
    const given = await ask(await this.check(kind, draft), this.#id);
    return { message, domain, signature: encoded(given) };
  }

  /** The secret that withdraws a consent on chain without this server: derived, else made anew and for the person to keep. */
  async secret(grantee, version) {
    if (!this.#master) return crypto.getRandomValues(new Uint8Array(32));
    return new Uint8Array(await crypto.subtle.sign("HMAC", this.#master, utf8(`to ${grantee.toLowerCase()}\nversion ${version}`)));
  }
}
