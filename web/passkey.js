// Passkeys in the browser: made here, signing in here, and signing what the ledger drafts. WebAuthn only; keeps nothing.
//
// import { make, Session } from "./passkey.js";
// const passkey = await make("Ann");                                   // { id, key }: keep both, neither is secret
// const session = await Session.open(passkey);                         // POST /session/challenges, POST /sessions
// await session.say("/consents", { grantee, grants, lock });           // draft, one touch, hand in
// await session.say("/revocations", { grantee, secret });

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ES256 = -7, WORD = 32, HEAD = 6 * WORD, KEY = 64;
const VERIFIED = "required"; // the verifier contract takes no assertion without its user

/** A new passkey of this site: its credential id (base64url) and its P-256 key (x then y, 0x-hex). */
export async function make(name) {
  const made = await navigator.credentials.create({
    publicKey: {
      rp: { name: "MyData Ledger" },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      pubKeyCredParams: [{ type: "public-key", alg: ES256 }],
      authenticatorSelection: { residentKey: "required", userVerification: VERIFIED },
    },
  });
  return { id: made.id, key: hex(new Uint8Array(made.response.getPublicKey()).slice(-KEY)) };
}

/** The passkey's signature over a 32-byte digest (0x-hex), as the door and the verifier contract take it. */
export async function sign(id, digest) {
  const asked = { challenge: bytes(digest), userVerification: VERIFIED };
  asked.allowCredentials = [{ type: "public-key", id: fromBase64url(id) }];
  const { response } = await navigator.credentials.get({ publicKey: asked });
  return hex(encoded(new Uint8Array(response.authenticatorData), new Uint8Array(response.clientDataJSON), numbers(response.signature)));
}

/** A session opened by a passkey. */
export class Session {
  #id;
  #token;

  constructor(id, { token, address }) {
    [this.#id, this.#token, this.signer] = [id, token, address];
  }

  static async open({ id, key }) {
    const { message, digest } = await call("POST", "/session/challenges", { passkey: key });
    return new Session(id, await call("POST", "/sessions", { message, passkey: key, signature: await sign(id, digest) }));
  }

  call(method, path, body) {
    return call(method, path, body, { authorization: `Bearer ${this.#token}` });
  }

  /** Has a statement drafted at `path`/drafts, signs it with one touch, and hands it in at `path`. */
  async say(path, form) {
    const { typed_data, digest } = await this.call("POST", `${path}/drafts`, form);
    const signature = await sign(this.#id, digest);
    return this.call("POST", path, { message: typed_data.message, domain: typed_data.domain, signature });
  }
}

async function call(method, path, body, headers = {}) {
  const answer = await fetch(path, { method, body: body && JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? said.error ?? `the ledger answered ${answer.status}`);
  return said;
}

/** abi.encode(r, s, challengeIndex, typeIndex, authenticatorData, clientDataJSON). */
function encoded(data, client, [r, s]) {
  const text = new TextDecoder("latin1").decode(client);
  const [first, second] = [padded(data), padded(client)];
  const head = [r, s, text.indexOf('"challenge":"'), text.indexOf('"type":"webauthn.get"'), HEAD, HEAD + first.length];
  return Uint8Array.from([...head.flatMap((one) => [...word(one)]), ...first, ...second]);
}

/** r and s of a DER signature; of the two equal s the smaller. */
function numbers(der) {
  const raw = new Uint8Array(der);
  const end = 4 + raw[3];
  const [r, s] = [raw.slice(4, end), raw.slice(end + 2, end + 2 + raw[end + 1])].map((one) => BigInt(hex(one)));
  return [r, s > ORDER / 2n ? ORDER - s : s];
}

const word = (number) => bytes(`0x${BigInt(number).toString(16).padStart(2 * WORD, "0")}`);
const padded = (raw) => [...word(raw.length), ...raw, ...new Uint8Array(-raw.length & (WORD - 1))];
const hex = (raw) => `0x${[...raw].map((one) => one.toString(16).padStart(2, "0")).join("")}`;
const bytes = (text) => Uint8Array.from(text.slice(2).match(/../g) ?? [], (two) => parseInt(two, 16));
const fromBase64url = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
