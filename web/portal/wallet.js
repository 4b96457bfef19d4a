// A wallet after EIP-1193: an extension's or a phone's. The page never sees a key, and the wallet shows what it signs.
import { openSession, post } from "./api.js";
import { bytesOf, hex, sha256, utf8 } from "./bytes.js";
import { say } from "./words.js";

export class NoWallet extends Error {}

export async function connect() {
  const provider = window.ethereum;
  if (!provider) throw new NoWallet("no wallet");
  const [address] = await provider.request({ method: "eth_requestAccounts" });
  return new Wallet(provider, address);
}

class Wallet {
  kind = "wallet";
  derives = true;

  constructor(provider, address) {
    Object.assign(this, { provider, name: address, signer: address.toLowerCase() });
  }

  /** ERC-4361: the door's text, signed by the wallet, becomes a session. */
  async signIn() {
    const { message } = await post("/session/challenges", { address: this.name });
    await openSession({ message, signature: await this.#signText(message) });
  }

  /** A wallet computes the digest itself, and shows of what: it only has to be that kind of statement. */
  async check(kind, { typed_data: { primaryType } }) {
    if (primaryType !== kind) throw new Error(say("changedDraft"));
  }

  /** A signed form of a draft, as the door takes it. */
  async sign(_kind, { typed_data: typed }) {
    const params = [this.name, JSON.stringify(typed, (_, part) => (typeof part === "bigint" ? String(part) : part))];
    const signature = await this.provider.request({ method: "eth_signTypedData_v4", params });
    return { message: typed.message, domain: typed.domain, signature };
  }

  /** The secret that withdraws a consent on chain without this server: the same text gives the same secret again, in
   *  `mydata` too (wallets sign deterministically, RFC 6979). */
  async secret(grantee, version) {
    const text = `MyData Ledger: secret that withdraws my consent\nto ${grantee.toLowerCase()}\nversion ${version}`;
    return sha256(bytesOf(await this.#signText(text)));
  }

  #signText(text) {
    return this.provider.request({ method: "personal_sign", params: [hex(utf8(text)), this.name] });
  }
}
