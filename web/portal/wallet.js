// A wallet after EIP-1193, of an extension or a phone, as an account of the portal. The page never sees a key, and the
// wallet shows what it signs.
import { openSession, post } from "./api.js";
import { bytesOf, hex, sha256, utf8 } from "./bytes.js";
import { wrongChain } from "./signing/problems.js";
import { translate } from "./words.js";

/** @import { Account, Domain, Signable, SignedForm, StatementKind, Whole } from "./answers" */
/** The browser has no wallet. */
export class NoWallet extends Error {}

/** The wallet of this browser. Throws NoWallet. @type {() => Promise<Account>} */
export async function connect() {
  const provider = window.ethereum;
  if (!provider) throw new NoWallet("no wallet");
  const [address] = await provider.request({ method: "eth_requestAccounts" });
  return new Wallet(provider, address);
}

/** An account that this wallet signs for. @type {(provider: NonNullable<Window["ethereum"]>, address: string) => Account} */
export const walletWith = (provider, address) => new Wallet(provider, address);

/** The wallet that opened the session of this address, if the browser has it; the person is not asked. @type {(address: string) => Promise<Account | null>} */
export async function resumeWallet(address) {
  const provider = window.ethereum, accounts = provider ? await provider.request({ method: "eth_accounts" }) : [];
  const found = accounts.find((/** @type {string} */ account) => account.toLowerCase() === address.toLowerCase());
  return provider && found ? new Wallet(provider, found) : null;
}

/** @implements {Account} */
class Wallet {
  kind = /** @type {const} */ ("wallet");
  derives = true;

  /** @param {NonNullable<Window["ethereum"]>} provider @param {string} address */
  constructor(provider, address) {
    this.provider = provider;
    this.name = address;
    this.signer = this.address = address.toLowerCase();
  }

  /** ERC-4361: the wallet signs the server's text, which opens a session; it names the reader key, if one is given. @param {string} [readerKey] */
  async signIn(readerKey) {
    const { message } = await post("/session/challenges", { address: this.name, ...(readerKey && { reader_key: readerKey }) });
    await openSession({ message, signature: await this.signText(message) });
  }

  /**
   * A wallet computes the digest and shows the statement itself, so only the kind is compared.
   * @type {(kind: StatementKind, draft: Signable) => Promise<void>}
   */
  async check(kind, { typed_data: { primaryType } }) {
    if (primaryType !== kind) throw new Error(translate("changedDraft"));
  }

  /** Throws, with a button to switch, if the wallet is on another chain. @type {(domain: Domain) => Promise<void>} */
  async checkChain({ chainId }) {
    const own = BigInt(await this.provider.request({ method: "eth_chainId" }));
    if (own !== BigInt(chainId)) throw wrongChain(String(own), String(chainId), this.provider);
  }

  /** @type {(kind: StatementKind, draft: Signable) => Promise<SignedForm>} */
  async sign(_kind, { typed_data: typed }) {
    const params = [this.name, JSON.stringify(typed)];
    const signature = await this.provider.request({ method: "eth_signTypedData_v4", params });
    return { message: typed.message, domain: typed.domain, signature };
  }

  /**
   * The same text gives the same secret again, in `mydata` too (wallets sign deterministically, RFC 6979).
   * @type {(grantee: string, version: Whole) => Promise<Bytes>}
   */
  async secret(grantee, version) {
    const text = `MyData Ledger: secret that withdraws my consent\nto ${grantee.toLowerCase()}\nversion ${version}`;
    return sha256(bytesOf(await this.signText(text)));
  }

  /** The wallet shows the text. @type {(text: string) => Promise<string>} */
  signText(text) {
    return this.provider.request({ method: "personal_sign", params: [hex(utf8(text)), this.name] });
  }
}
