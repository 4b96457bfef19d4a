// Opens a release: unwraps the data key (HPKE, RFC 9180) and decrypts the sealed record. Browser or Node >= 24.7, WebCrypto only.
//
// import { openRelease } from "./open.js";
// const { mediaType, content, seed } = await openRelease({ sealed, wrappedKey, readerKey, recordId }); // all Uint8Array

const subtle = globalThis.crypto.subtle;
const utf8 = new TextEncoder();
const HYBRID = 1, PLAIN = 2;
const KEM = { [HYBRID]: 0x647a, [PLAIN]: 0x0020 }; // ML-KEM-768 with X25519 (X-Wing), DHKEM(X25519, HKDF-SHA256)
const CHUNK = 1 << 20, TAG = 16, HEADER = 11, SEED = 32;
const MAGIC = utf8.encode("MDL1");
const BROKEN = "the sealed payload does not open: it was changed, cut, or belongs to another record";

/** The record's media type, exact bytes and commitment seed. Throws unless all of it is authentic. */
export async function openRelease({ sealed, wrappedKey, readerKey, recordId }) {
  return openSealed(sealed, await unwrap(wrappedKey, readerKey, recordId), recordId);
}

/** The 32-byte data key that was wrapped for this reader key (tag, keys) and record. */
export async function unwrap(wrapped, reader, recordId) {
  const tag = reader[0], mlkem = tag === HYBRID ? 1088 : 0;
  if (!(tag in KEM) || wrapped[0] !== tag) throw new Error("the key was not wrapped for this kind of reader key");
  const enc = wrapped.subarray(1, 1 + mlkem + 32), ciphertext = wrapped.subarray(1 + mlkem + 32);
  const secret = tag === HYBRID ? await hybridSecret(enc, reader) : await plainSecret(enc, reader);
  const suite = join(utf8.encode("HPKE"), u16(KEM[tag]), u16(1), u16(2));
  const { key, nonce } = await schedule(suite, secret, join(utf8.encode("MyData Ledger data key 1"), recordId));
  try {
    return await decrypt(key, nonce, ciphertext, new Uint8Array());
  } catch {
    throw new Error("the key was not wrapped for this reader and record");
  }
}

/** What was sealed under a data key. */
export async function openSealed(sealed, dataKey, recordId) {
  if (sealed.length < HEADER + TAG || !MAGIC.every((byte, at) => sealed[at] === byte)) throw new Error(BROKEN);
  const additional = join(MAGIC, recordId), prefix = sealed.subarray(4, HEADER), parts = [];
  const count = Math.ceil((sealed.length - HEADER) / (CHUNK + TAG));
  try {
    for (let number = 0; number < count; number++) {
      const start = HEADER + number * (CHUNK + TAG);
      const nonce = join(prefix, u32(number), [number === count - 1 ? 1 : 0]);
      parts.push(await decrypt(dataKey, nonce, sealed.subarray(start, start + CHUNK + TAG), additional));
    }
  } catch {
    throw new Error(BROKEN);
  }
  return unframe(join(...parts));
}

function unframe(plain) {
  const kind = 1 + plain[0], start = kind + SEED + 8;
  const view = new DataView(plain.buffer, plain.byteOffset);
  const length = plain.length < start ? Infinity : Number(view.getBigUint64(kind + SEED));
  if (start + length > plain.length) throw new Error(BROKEN);
  return {
    mediaType: new TextDecoder().decode(plain.subarray(1, kind)),
    seed: plain.slice(kind, kind + SEED),
    content: plain.slice(start, start + length),
  };
}

// --- key encapsulation -------------------------------------------------------------------------------------------

async function plainSecret(enc, reader) {
  const own = reader.subarray(1);
  const suite = join(utf8.encode("KEM"), u16(KEM[PLAIN]));
  const shared = await x25519(own, enc);
  const extracted = await labeledExtract(suite, new Uint8Array(), "eae_prk", shared);
  return labeledExpand(suite, extracted, "shared_secret", join(enc, await x25519Public(own)), 32);
}

async function hybridSecret(enc, reader) {
  const own = reader.subarray(65);
  const key = await subtle.importKey("raw-seed", reader.subarray(1, 65), { name: "ML-KEM-768" }, false, ["decapsulateBits"])
    .catch(() => { throw new Error("this browser has no ML-KEM-768 yet: open the record with `mydata open`"); });
  const lattice = new Uint8Array(await subtle.decapsulateBits({ name: "ML-KEM-768" }, key, enc.subarray(0, 1088)));
  const other = enc.subarray(1088);
  return sha3(join(lattice, await x25519(own, other), other, await x25519Public(own), utf8.encode("\\.//^\\")));
}

const PKCS8 = Uint8Array.from([0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 34, 4, 32]);
const BASE = new Uint8Array(32).fill(9, 0, 1); // the curve's base point: u = 9

async function x25519(own, other) {
  const secret = await subtle.importKey("pkcs8", join(PKCS8, own), { name: "X25519" }, false, ["deriveBits"]);
  const theirs = await subtle.importKey("raw", other, { name: "X25519" }, false, []);
  return new Uint8Array(await subtle.deriveBits({ name: "X25519", public: theirs }, secret, 256));
}

const x25519Public = (own) => x25519(own, BASE);

// --- RFC 9180 key schedule, base mode --------------------------------------------------------------------------------

async function schedule(suite, shared, info) {
  const none = new Uint8Array();
  const context = join([0], await labeledExtract(suite, none, "psk_id_hash", none), await labeledExtract(suite, none, "info_hash", info));
  const secret = await labeledExtract(suite, shared, "secret", none);
  return {
    key: await labeledExpand(suite, secret, "key", context, 32),
    nonce: await labeledExpand(suite, secret, "base_nonce", context, 12),
  };
}

const labeledExtract = (suite, salt, label, input) =>
  hmac(salt.length ? salt : new Uint8Array(32), join(utf8.encode("HPKE-v1"), suite, utf8.encode(label), input));

async function labeledExpand(suite, secret, label, info, length) { // at most one block of SHA-256
  const said = join(u16(length), utf8.encode("HPKE-v1"), suite, utf8.encode(label), info, [1]);
  return (await hmac(secret, said)).slice(0, length);
}

async function hmac(key, message) {
  const handle = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", handle, message));
}

async function decrypt(key, iv, ciphertext, additionalData) {
  const handle = await subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  return new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv, additionalData }, handle, ciphertext));
}

// --- SHA3-256 (FIPS 202), which WebCrypto does not have everywhere -----------------------------------------------

const MASK = (1n << 64n) - 1n;
const rotated = (lane, by) => ((lane << by) | (lane >> (64n - by))) & MASK;

function sha3(message) { // at most a few blocks: BigInt is fast enough
  const padded = new Uint8Array(Math.ceil((message.length + 1) / 136) * 136);
  padded.set(message);
  padded[message.length] ^= 6;
  padded[padded.length - 1] ^= 0x80;
  const view = new DataView(padded.buffer), lanes = new Array(25).fill(0n);
  for (let block = 0; block < padded.length; block += 136) {
    for (let lane = 0; lane < 17; lane++) lanes[lane] ^= view.getBigUint64(block + lane * 8, true);
    keccak(lanes);
  }
  const out = new DataView(new ArrayBuffer(32));
  for (let lane = 0; lane < 4; lane++) out.setBigUint64(lane * 8, lanes[lane], true);
  return new Uint8Array(out.buffer);
}

function keccak(lanes) {
  for (let round = 0, register = 1; round < 24; round++) {
    const column = [0, 1, 2, 3, 4].map((x) => lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]);
    for (let at = 0; at < 25; at++) lanes[at] ^= column[(at + 4) % 5] ^ rotated(column[(at + 1) % 5], 1n);
    let x = 1, y = 0, moving = lanes[1];
    for (let step = 0; step < 24; step++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      [lanes[x + 5 * y], moving] = [rotated(moving, BigInt((((step + 1) * (step + 2)) / 2) % 64)), lanes[x + 5 * y]];
    }
    for (let row = 0; row < 25; row += 5) {
      const old = lanes.slice(row, row + 5);
      for (let at = 0; at < 5; at++) lanes[row + at] = old[at] ^ (~old[(at + 1) % 5] & MASK & old[(at + 2) % 5]);
    }
    for (let bit = 0; bit < 7; bit++) {
      if (register & 1) lanes[0] ^= 1n << BigInt((1 << bit) - 1);
      register = (register << 1) ^ (register >> 7 ? 0x171 : 0);
    }
  }
}

// --- bytes ----------------------------------------------------------------------------------------------------------

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const u16 = (value) => [value >> 8, value & 255];
const u32 = (value) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
