// Types of what the pages are given from outside: modules that scripts/bundle.py puts in, and browser features that the
// DOM library of TypeScript does not have.
type Bytes = Uint8Array<ArrayBuffer>;

declare module "mydata:types" {
  /** The EIP-712 type of each statement, as ledger/typed_data/types.py has them. */
  const types: Record<import("./verify/statements").Kind | "Grant", string>;
  export default types;
}

declare module "mydata:words" {
  const texts: typeof import("./verify/words.json") & { page: typeof import("./verify/page.json") };
  export default texts;
}

/** A wallet of the browser, EIP-1193. */
interface Window {
  ethereum?: { request(call: { method: string; params?: unknown[] }): Promise<any> };
}

/** ML-KEM, https://wicg.github.io/webcrypto-modern-algos/. */
interface SubtleCrypto {
  importKey(format: "raw-seed", seed: BufferSource, algorithm: { name: "ML-KEM-768" }, extractable: boolean, usages: ["decapsulateBits"]): Promise<CryptoKey>;
  decapsulateBits(algorithm: { name: "ML-KEM-768" }, key: CryptoKey, ciphertext: BufferSource): Promise<ArrayBuffer>;
}
