// Passkeys in the browser: made here, and signing here what the page computed. WebAuthn only; keeps nothing, asks no server.

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ES256 = -7, WORD = 32, HEAD = 6 * WORD, KEY = 64;
const VERIFIED = "required"; // the verifier contract takes no assertion without its user

/** A new passkey of this site: its credential id (base64url) and its P-256 key (x then y, 0x-hex); not beside those of `known` ids. */
export async function make(name, known = []) {
  const made = await navigator.credentials.create({
    publicKey: {
      rp: { name: "MyData Ledger" },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      pubKeyCredParams: [{ type: "public-key", alg: ES256 }],
      authenticatorSelection: { residentKey: "required", userVerification: VERIFIED },
      excludeCredentials: known.map(described),
      extensions: { prf: {} },
    },
  });
  return { id: made.id, key: hex(new Uint8Array(made.response.getPublicKey()).slice(-KEY)) };
}

/**
 * What an authenticator answers over 32 bytes (0x-hex): `data`, `client`, and the numbers `r` and `s`, the smaller of the two.
 * Without an `id` the person chooses a passkey of this site. `secret` is what it derives from `salt`, where it can (`prf`).
 */
export async function ask(challenge, id, salt) {
  const asked = { challenge: bytes(challenge), userVerification: VERIFIED, allowCredentials: id ? [described(id)] : [] };
  if (salt) asked.extensions = { prf: { eval: { first: salt } } };
  const given = await navigator.credentials.get({ publicKey: asked });
  const [data, client] = ["authenticatorData", "clientDataJSON"].map((name) => new Uint8Array(given.response[name]));
  const secret = given.getClientExtensionResults().prf?.results?.first;
  return { id: given.id, data, client, secret, ...numbers(new Uint8Array(given.response.signature)) };
}

/** An assertion (0x-hex) as the door and the verifier contract take it:
 *  abi.encode(r, s, challengeIndex, typeIndex, authenticatorData, clientDataJSON). */
export function encoded({ data, client, r, s }) {
  const text = new TextDecoder("latin1").decode(client);
  const [first, second] = [padded(data), padded(client)];
  const head = [r, s, text.indexOf('"challenge":"'), text.indexOf('"type":"webauthn.get"'), HEAD, HEAD + first.length];
  return hex(Uint8Array.from([...head.flatMap((one) => [...word(one)]), ...first, ...second]));
}

/** r and s of a DER signature; of the two equal s the smaller. */
function numbers(der) {
  const end = 4 + der[3];
  const [r, s] = [der.slice(4, end), der.slice(end + 2, end + 2 + der[end + 1])].map((one) => BigInt(hex(one)));
  return { r, s: s > ORDER / 2n ? ORDER - s : s };
}

const described = (id) => ({ type: "public-key", id: fromBase64url(id) });
const word = (number) => bytes(`0x${BigInt(number).toString(16).padStart(2 * WORD, "0")}`);
const padded = (raw) => [...word(raw.length), ...raw, ...new Uint8Array(-raw.length & (WORD - 1))];
const hex = (raw) => `0x${[...raw].map((one) => one.toString(16).padStart(2, "0")).join("")}`;
const bytes = (text) => Uint8Array.from(text.slice(2).match(/../g) ?? [], (two) => parseInt(two, 16));
const fromBase64url = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
