// Opens a release: unwraps the data key (HPKE, RFC 9180) and decrypts the sealed record. Browser or Node >= 24.7, WebCrypto only.
//
// import { openRelease, openStream } from "./open.js";
// const { mediaType, content, seed } = await openRelease({ sealed, wrappedKey, readerKey, recordId, commitment }); // all Uint8Array
// const { mediaType, content } = await openStream({ sealed: response.body, wrappedKey, readerKey, recordId });
// for await (const piece of content) ...   // in constant memory; the content is complete only when the loop ends without an error
//
// Where WebCrypto has no ML-KEM-768, give one: { mlkem: ml_kem768 } of @noble/post-quantum, or anything with its two functions
// keygen(seed) and decapsulate(ciphertext, secretKey).

/** ML-KEM-768, as @noble/post-quantum has it. @typedef {{ keygen(seed: Uint8Array): { secretKey: Uint8Array }, decapsulate(ciphertext: Uint8Array, secretKey: Uint8Array): Uint8Array }} MlKem */
/** @typedef {{ wrappedKey: Bytes, readerKey: Bytes, recordId: Bytes, mlkem?: MlKem }} Release */
/** @typedef {{ mediaType: string, seed: Bytes, content: Bytes }} Opened */
/** @typedef {ReadableStream<Bytes> | AsyncIterable<Bytes> | Iterable<Bytes>} Pieces */
const subtle = globalThis.crypto.subtle;
const utf8 = new TextEncoder();
const HYBRID = 1, PLAIN = 2;
/**
 * The HPKE code of the key encapsulation of each reader key: ML-KEM-768 with X25519 (X-Wing), DHKEM(X25519, HKDF-SHA256).
 * @type {Record<number, number>}
 */
const KEM = { [HYBRID]: 0x647a, [PLAIN]: 0x0020 };
const CHUNK = 1 << 20, TAG = 16, HEADER = 11, SEED = 32, MLKEM_CIPHERTEXT = 1088;
const MAGIC = utf8.encode("MDL1");
const BROKEN = "the sealed payload does not open: it was changed, cut, or belongs to another record";

/**
 * The record's media type, exact bytes and commitment seed. Throws unless all of it is authentic and, where a commitment
 * is given, the one the record's holder signed.
 * @type {(release: Release & { sealed: Bytes, commitment?: Uint8Array }) => Promise<Opened>}
 */
export async function openRelease({ sealed, wrappedKey, readerKey, recordId, commitment, mlkem }) {
  const opened = await openSealed(sealed, await unwrap(wrappedKey, readerKey, recordId, mlkem), recordId);
  if (commitment && !(await agrees(opened, commitment))) throw new Error("the record opens, but it is not the one its holder signed");
  return opened;
}

/**
 * The record from a stream of bytes in pieces of any size. Each piece of `content` is authentic and in its place when it
 * comes; that none is missing is known only when `content` ends without an error.
 * @type {(release: Release & { sealed: Pieces }) => Promise<{ mediaType: string, seed: Bytes, length: number, content: AsyncGenerator<Bytes> }>}
 */
export async function openStream({ sealed, wrappedKey, readerKey, recordId, mlkem }) {
  const plain = decrypted(sealed, await unwrap(wrappedKey, readerKey, recordId, mlkem), recordId);
  const first = (await plain.next()).value ?? new Uint8Array();
  const { start, length, ...header } = readHeader(first);
  return { ...header, length, content: firstBytes(length, first.subarray(start), plain) };
}

/**
 * True if `commitment` is the holder's commitment to this content: its exact bytes and, for JSON, its fields.
 * @type {(opened: Opened, commitment: Uint8Array) => Promise<boolean>}
 */
export async function agrees({ mediaType, seed, content }, commitment) {
  const kind = mediaType.split(";")[0].trim().toLowerCase();
  if (kind === "application/json" || kind.endsWith("+json")) {
    const { contentAgrees } = await import("./verify/commitment.js");
    return contentAgrees({ json: true, seed, raw: content }, commitment);
  }
  const bytes = await hmac(seed, concat(utf8.encode("mydata content "), content));
  const digest = new Uint8Array(await subtle.digest("SHA-256", concat(bytes, new Uint8Array(32))));
  return digest.length === commitment.length && digest.every((byte, index) => byte === commitment[index]);
}

/**
 * The 32-byte data key that was wrapped for this reader key (tag, keys) and record.
 * @type {(wrapped: Bytes, reader: Bytes, recordId: Bytes, mlkem?: MlKem) => Promise<Bytes>}
 */
export async function unwrap(wrapped, reader, recordId, mlkem) {
  const tag = reader[0], size = (tag === HYBRID ? MLKEM_CIPHERTEXT : 0) + 32;
  if (!(tag in KEM) || wrapped[0] !== tag) throw new Error("the key was not wrapped for this kind of reader key");
  const enc = wrapped.subarray(1, 1 + size), ciphertext = wrapped.subarray(1 + size);
  const secret = tag === HYBRID ? await hybridSecret(enc, reader, mlkem) : await plainSecret(enc, reader);
  const suite = concat(utf8.encode("HPKE"), u16(KEM[tag]), u16(1), u16(2));
  const { key, nonce } = await schedule(suite, secret, concat(utf8.encode("MyData Ledger data key 1"), recordId));
  try {
    return await decrypt(key, nonce, ciphertext, new Uint8Array());
  } catch {
    throw new Error("the key was not wrapped for this reader and record");
  }
}

/** The content that was sealed under a data key. @type {(sealed: Bytes, dataKey: Bytes, recordId: Bytes) => Promise<Opened>} */
export async function openSealed(sealed, dataKey, recordId) {
  const parts = [];
  for await (const part of decrypted([sealed], dataKey, recordId)) parts.push(part);
  const plain = concat(...parts), { mediaType, seed, start, length } = readHeader(plain);
  if (start + length > plain.length) throw new Error(BROKEN);
  return { mediaType, seed, content: plain.slice(start, start + length) };
}

/**
 * The plain chunks of a sealed payload, each authentic and in its place.
 * @type {(pieces: Pieces, dataKey: Bytes, recordId: Bytes) => AsyncGenerator<Bytes, void>}
 */
async function* decrypted(pieces, dataKey, recordId) {
  const key = await subtle.importKey("raw", dataKey, "AES-GCM", false, ["decrypt"]);
  const additionalData = concat(MAGIC, recordId);
  /** @type {Bytes | undefined} */
  let prefix;
  /** @type {Bytes | undefined} */
  let pending;
  let number = 0;
  const open = (/** @type {Bytes} */ chunk, /** @type {Bytes} */ nonce, /** @type {number} */ last) =>
    subtle.decrypt({ name: "AES-GCM", iv: concat(nonce, u32(number++), [last]), additionalData }, key, chunk)
      .then((plain) => new Uint8Array(plain), () => { throw new Error(BROKEN); });
  for await (const chunk of rechunked(pieces, HEADER, CHUNK + TAG)) {
    if (!prefix) {
      if (chunk.length < HEADER || !MAGIC.every((byte, index) => chunk[index] === byte)) break;
      prefix = chunk.slice(MAGIC.length);
      continue;
    }
    if (pending) yield await open(pending, prefix, 0);
    pending = chunk;
  }
  if (!prefix || !pending) throw new Error(BROKEN);
  yield await open(pending, prefix, 1);
}

/**
 * The bytes of `pieces` as one chunk of `first` bytes and then chunks of `size`, of which the last may be shorter.
 * @type {(pieces: Pieces, first: number, size: number) => AsyncGenerator<Bytes, void>}
 */
async function* rechunked(pieces, first, size) {
  let buffer = new Uint8Array(first), filled = 0;
  for await (let piece of pieces) {
    while (piece.length) {
      const taken = piece.subarray(0, buffer.length - filled);
      buffer.set(taken, filled);
      filled += taken.length;
      piece = piece.subarray(taken.length);
      if (filled === buffer.length) {
        yield buffer;
        buffer = new Uint8Array(size);
        filled = 0;
      }
    }
  }
  if (filled) yield buffer.subarray(0, filled);
}

/**
 * The first `length` bytes of `first` and the chunks after it; the rest is padding.
 * @type {(length: number, first: Bytes, chunks: AsyncGenerator<Bytes, void>) => AsyncGenerator<Bytes, void>}
 */
async function* firstBytes(length, first, chunks) {
  let left = length;
  /** @type {Bytes | void} */
  let piece = first;
  for (; piece; piece = (await chunks.next()).value) {
    if (left && piece.length) yield piece.subarray(0, Math.min(left, piece.length));
    left -= Math.min(left, piece.length);
  }
  if (left) throw new Error(BROKEN);
}

/** @param {Bytes} plain */
function readHeader(plain) {
  const kind = 1 + plain[0], start = kind + SEED + 8;
  if (!(start <= plain.length)) throw new Error(BROKEN);
  return {
    mediaType: new TextDecoder().decode(plain.subarray(1, kind)),
    seed: plain.slice(kind, kind + SEED),
    length: Number(new DataView(plain.buffer, plain.byteOffset).getBigUint64(kind + SEED)),
    start,
  };
}

// --- key encapsulation -------------------------------------------------------------------------------------------

/** @type {(enc: Bytes, reader: Bytes) => Promise<Bytes>} */
async function plainSecret(enc, reader) {
  const own = reader.subarray(1);
  const suite = concat(utf8.encode("KEM"), u16(KEM[PLAIN]));
  const shared = await x25519(own, enc);
  const extracted = await labeledExtract(suite, new Uint8Array(), "eae_prk", shared);
  return labeledExpand(suite, extracted, "shared_secret", concat(enc, await x25519Public(own)), 32);
}

/** @type {(enc: Bytes, reader: Bytes, mlkem?: MlKem) => Promise<Bytes>} */
async function hybridSecret(enc, reader, mlkem) {
  const own = reader.subarray(65), other = enc.subarray(MLKEM_CIPHERTEXT);
  const shared = await decapsulate(enc.subarray(0, MLKEM_CIPHERTEXT), reader.subarray(1, 65), mlkem);
  return sha3(concat(shared, await x25519(own, other), other, await x25519Public(own), utf8.encode("\\.//^\\")));
}

/** @type {(ciphertext: Bytes, seed: Bytes, mlkem?: MlKem) => Promise<Uint8Array>} */
async function decapsulate(ciphertext, seed, mlkem) {
  if (mlkem) return mlkem.decapsulate(ciphertext, mlkem.keygen(seed).secretKey);
  const key = await subtle.importKey("raw-seed", seed, { name: "ML-KEM-768" }, false, ["decapsulateBits"]).catch(() => {
    throw new Error("no ML-KEM-768 here yet: give one as `mlkem`, or open the record with `mydata open`");
  });
  return new Uint8Array(await subtle.decapsulateBits({ name: "ML-KEM-768" }, key, ciphertext));
}

const PKCS8 = Uint8Array.from([0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 34, 4, 32]);
const BASE = new Uint8Array(32).fill(9, 0, 1); // the curve's base point: u = 9

/** @type {(own: Bytes, other: Bytes) => Promise<Bytes>} */
async function x25519(own, other) {
  const secret = await subtle.importKey("pkcs8", concat(PKCS8, own), { name: "X25519" }, false, ["deriveBits"]);
  const key = await subtle.importKey("raw", other, { name: "X25519" }, false, []);
  return new Uint8Array(await subtle.deriveBits({ name: "X25519", public: key }, secret, 256));
}

/** @type {(own: Bytes) => Promise<Bytes>} */
const x25519Public = (own) => x25519(own, BASE);

// --- RFC 9180 key schedule, base mode --------------------------------------------------------------------------------

/** @type {(suite: Bytes, shared: Bytes, info: Bytes) => Promise<{ key: Bytes, nonce: Bytes }>} */
async function schedule(suite, shared, info) {
  const none = new Uint8Array();
  const context = concat([0], await labeledExtract(suite, none, "psk_id_hash", none), await labeledExtract(suite, none, "info_hash", info));
  const secret = await labeledExtract(suite, shared, "secret", none);
  return {
    key: await labeledExpand(suite, secret, "key", context, 32),
    nonce: await labeledExpand(suite, secret, "base_nonce", context, 12),
  };
}

/** @type {(suite: Bytes, salt: Bytes, label: string, input: Bytes) => Promise<Bytes>} */
const labeledExtract = (suite, salt, label, input) =>
  hmac(salt.length ? salt : new Uint8Array(32), concat(utf8.encode("HPKE-v1"), suite, utf8.encode(label), input));

/** At most one block of SHA-256. @type {(suite: Bytes, secret: Bytes, label: string, info: Bytes, length: number) => Promise<Bytes>} */
async function labeledExpand(suite, secret, label, info, length) {
  const labeled = concat(u16(length), utf8.encode("HPKE-v1"), suite, utf8.encode(label), info, [1]);
  return (await hmac(secret, labeled)).slice(0, length);
}

/** @type {(key: Bytes, message: Bytes) => Promise<Bytes>} */
async function hmac(key, message) {
  const handle = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", handle, message));
}

/** @type {(key: Bytes, iv: Bytes, ciphertext: Bytes, additionalData: Bytes) => Promise<Bytes>} */
async function decrypt(key, iv, ciphertext, additionalData) {
  const handle = await subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  return new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv, additionalData }, handle, ciphertext));
}

// --- SHA3-256 (FIPS 202, whose words are lane, row and column); WebCrypto does not have it everywhere ----------------

const MASK = (1n << 64n) - 1n;
/** @type {(lane: bigint, by: bigint) => bigint} */
const rotated = (lane, by) => ((lane << by) | (lane >> (64n - by))) & MASK;

/** At most a few blocks, for which BigInt is fast enough. @type {(message: Bytes) => Bytes} */
function sha3(message) {
  const padded = new Uint8Array(Math.ceil((message.length + 1) / 136) * 136);
  padded.set(message);
  padded[message.length] ^= 6;
  padded[padded.length - 1] ^= 0x80;
  const view = new DataView(padded.buffer), lanes = Array.from({ length: 25 }, () => 0n);
  for (let block = 0; block < padded.length; block += 136) {
    for (let lane = 0; lane < 17; lane++) lanes[lane] ^= view.getBigUint64(block + lane * 8, true);
    keccak(lanes);
  }
  const out = new DataView(new ArrayBuffer(32));
  for (let lane = 0; lane < 4; lane++) out.setBigUint64(lane * 8, lanes[lane], true);
  return new Uint8Array(out.buffer);
}

/** Keccak-f[1600], in place. @type {(lanes: bigint[]) => void} */
function keccak(lanes) {
  for (let round = 0, register = 1; round < 24; round++) {
    const column = [0, 1, 2, 3, 4].map((x) => lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]);
    for (let index = 0; index < 25; index++) lanes[index] ^= column[(index + 4) % 5] ^ rotated(column[(index + 1) % 5], 1n);
    let x = 1, y = 0, moving = lanes[1];
    for (let step = 0; step < 24; step++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      [lanes[x + 5 * y], moving] = [rotated(moving, BigInt((((step + 1) * (step + 2)) / 2) % 64)), lanes[x + 5 * y]];
    }
    for (let row = 0; row < 25; row += 5) {
      const old = lanes.slice(row, row + 5);
      for (let x = 0; x < 5; x++) lanes[row + x] = old[x] ^ (~old[(x + 1) % 5] & MASK & old[(x + 2) % 5]);
    }
    for (let bit = 0; bit < 7; bit++) {
      if (register & 1) lanes[0] ^= 1n << BigInt((1 << bit) - 1);
      register = (register << 1) ^ (register >> 7 ? 0x171 : 0);
    }
  }
}

// --- bytes ----------------------------------------------------------------------------------------------------------

/** @type {(...parts: ArrayLike<number>[]) => Bytes} */
function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** @type {(value: number) => number[]} */
const u16 = (value) => [value >> 8, value & 255];
/** @type {(value: number) => number[]} */
const u32 = (value) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
