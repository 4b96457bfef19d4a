// The names of parties by their accounts.
import { get } from "./api.js";
import { inLanguage, lookUp } from "./words.js";

/** @typedef {{ account: string, name: string, roles: string[] }} Party */

/** Every party of the ledger. @type {() => Promise<Party[]>} */
export const parties = () => get("/parties");

/** The name of an account as people read it; a short form of the account where it is no party. @type {(all: Party[], account: string) => string} */
export function partyName(all, account) {
  const names = Object.fromEntries(all.map((party) => [party.account.toLowerCase(), party.name]));
  return inLanguage(lookUp(names, account.toLowerCase()) ?? `${account.slice(0, 8)}…${account.slice(-4)}`);
}
