// The personas of the demo: participants that a visitor can be with one tap. Only `mydata demo` on its own chain has them.

/** @typedef {{ en: string, ko: string }} Text */
/**
 * A persona: its id (`patient`, `hospital`, `trial`, `insurer`, `merchant`, `crew`, `reviewer`, `operator`), role (`person`, or the role of a party),
 * name, one sentence of what one can do as it, account, signer bytes (0x-hex), and its worthless private key.
 * @typedef {{ id: string, role: string, name: Text, can: Text, address: string, signer: string, private_key: string }} Persona
 */
/** A wallet after EIP-1193, as `window.ethereum` is one. @typedef {{ request(call: { method: string, params?: unknown[] }): Promise<any> }} Provider */
/** @typedef {typeof import("./wallet.js")} WalletModule */
const PERSONAS_URL = "/demo/personas", WALLET_URL = "/web/built/demo_wallet.js", NODE_URL = "/demo/node";

/** The personas of this ledger; null where it is no demo, or does not answer. @type {() => Promise<Persona[] | null>} */
export async function personas() {
  try {
    const answer = await fetch(PERSONAS_URL, { headers: { accept: "application/json" } });
    return answer.ok ? (await answer.json()).personas : null;
  } catch {
    return null;
  }
}

/** The wallet of a persona. Its code is loaded at the first request. @type {(persona: Persona) => Provider} */
export function providerOf(persona) {
  return {
    request: async (call) => {
      const { walletOf } = /** @type {WalletModule} */ (await import(WALLET_URL));
      return walletOf(persona.private_key, NODE_URL).request({ method: call.method, params: call.params && [...call.params] });
    },
  };
}
