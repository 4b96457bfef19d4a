// Passkeys of the browser (WebAuthn): making one, and signing a digest with one. Stores nothing, asks no server.

/**
 * An authenticator's answer over a challenge; `r` and `s` are its signature, s the smaller of the two equal ones.
 * @typedef {{ id: string, data: Bytes, client: Bytes, r: bigint, s: bigint, secret?: BufferSource }} Assertion
 */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ES256 = -7, WORD = 32, HEAD = 6 * WORD, KEY = 64;
const VERIFIED = "required"; // the verifier contract takes no assertion without user verification

/**
 * A new passkey of this site: its credential id (base64url) and its P-256 key (x then y, 0x-hex). An authenticator that
 * has one of the `known` credentials refuses.
 * @type {(name: string, known?: string[]) => Promise<{ id: string, key: string }>}
 */
export async function createPasskey(name, known = []) {
  const credential = await navigator.credentials.create({
    publicKey: {
      rp: { name: "MyData Ledger" },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      pubKeyCredParams: [{ type: "public-key", alg: ES256 }],
      authenticatorSelection: { residentKey: "required", userVerification: VERIFIED },
      excludeCredentials: known.map(descriptor),
      extensions: { prf: {} },
    },
  });
  const { id, response } = /** @type {PublicKeyCredential & { response: AuthenticatorAttestationResponse }} */ (credential);
  const key = response.getPublicKey();
  if (!key) throw new DOMException("the browser does not tell the public key of the passkey", "NotSupportedError");
  return { id, key: hex(new Uint8Array(key).slice(-KEY)) };
}

/**
 * The answer of an authenticator over 32 bytes (0x-hex). Without an `id` the person chooses a passkey of this site.
 * `secret` is what the authenticator derives from `salt`, where it can (`prf`).
 * @type {(challenge: string, id?: string, salt?: Bytes) => Promise<Assertion>}
 */
export async function getAssertion(challenge, id, salt) {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: bytes(challenge), userVerification: VERIFIED, allowCredentials: id ? [descriptor(id)] : [],
      ...(salt && { extensions: { prf: { eval: { first: salt } } } }),
    },
  });
  const assertion = /** @type {PublicKeyCredential & { response: AuthenticatorAssertionResponse }} */ (credential);
  const [data, client, signature] = [assertion.response.authenticatorData, assertion.response.clientDataJSON, assertion.response.signature].map((raw) => new Uint8Array(raw));
  const secret = assertion.getClientExtensionResults().prf?.results?.first;
  return { id: assertion.id, data, client, secret, ...signatureNumbers(signature) };
}

/**
 * An assertion (0x-hex) as the API and the verifier contract take it:
 * abi.encode(r, s, challengeIndex, typeIndex, authenticatorData, clientDataJSON).
 * @type {(assertion: Assertion) => string}
 */
export function encodeAssertion({ data, client, r, s }) {
  const text = new TextDecoder("latin1").decode(client);
  const [first, second] = [abiBytes(data), abiBytes(client)];
  const head = [r, s, text.indexOf('"challenge":"'), text.indexOf('"type":"webauthn.get"'), HEAD, HEAD + first.length];
  return hex(Uint8Array.from([...head.flatMap((number) => [...word(number)]), ...first, ...second]));
}

/** r and s of a DER signature; of the two equal s the smaller. @type {(der: Bytes) => { r: bigint, s: bigint }} */
function signatureNumbers(der) {
  const end = 4 + der[3];
  const [r, s] = [der.slice(4, end), der.slice(end + 2, end + 2 + der[end + 1])].map((raw) => BigInt(hex(raw)));
  return { r, s: s > ORDER / 2n ? ORDER - s : s };
}

/** @type {(id: string) => PublicKeyCredentialDescriptor} */
const descriptor = (id) => ({ type: "public-key", id: fromBase64url(id) });
/** @type {(number: bigint | number) => Bytes} */
const word = (number) => bytes(`0x${BigInt(number).toString(16).padStart(2 * WORD, "0")}`);
/** @type {(raw: Bytes) => number[]} */
const abiBytes = (raw) => [...word(raw.length), ...raw, ...new Uint8Array(-raw.length & (WORD - 1))];
/** @type {(raw: Uint8Array) => string} */
const hex = (raw) => `0x${[...raw].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
/** @type {(text: string) => Bytes} */
const bytes = (text) => Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));
/** @type {(text: string) => Bytes} */
const fromBase64url = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
