// A wallet after EIP-1193: an extension's or a phone's. The page never sees a key.
const utf8 = new TextEncoder();
export const ZERO = "0x" + "00".repeat(32);
export const hex = (bytes) => "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytesOf = (text) => Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export class NoWallet extends Error {}

export async function connect() {
  const provider = window.ethereum;
  if (!provider) throw new NoWallet("no wallet");
  const [address] = await provider.request({ method: "eth_requestAccounts" });
  return new Wallet(provider, address);
}

export const lockOf = async (secret) => hex(await sha256(secret));

class Wallet {
  constructor(provider, address) {
    Object.assign(this, { provider, address });
  }

  signText(text) {
    return this.provider.request({ method: "personal_sign", params: [hex(utf8.encode(text)), this.address] });
  }

  /** A signed form of a draft, as the door takes it. */
  async sign(typed) {
    const params = [this.address, JSON.stringify(typed, (_, part) => (typeof part === "bigint" ? String(part) : part))];
    const signature = await this.provider.request({ method: "eth_signTypedData_v4", params });
    return { message: typed.message, domain: typed.domain, signature };
  }

  /** The secret that withdraws a consent on chain without this server: the same text gives the same secret again, in
   *  `mydata` too (wallets sign deterministically, RFC 6979). */
  async secret(grantee, version) {
    const text = `MyData Ledger: secret that withdraws my consent\nto ${grantee.toLowerCase()}\nversion ${version}`;
    return sha256(bytesOf(await this.signText(text)));
  }
}
