// The accredited parties, and what their roles are called.
import { isolated } from "../../kit/sentence.jsx";
import { get } from "../api.js";
import { ROLES, language, lookUp, nameOf } from "../words.js";

/** @import { Party } from "../answers" */
/** @typedef {Map<string, Party>} Parties */
/** The roles in English. @type {Record<string, string>} */
const EN = {
  holder: "data holder", hospital: "hospital", trial: "clinical trial team", insurer: "insurer", merchant: "merchant", researcher: "researcher", responder: "emergency crew",
  reviewer: "reviewer", authority: "authority that names guardians", witness: "witness", "enforcement-point": "access control system", operator: "operator", collector: "data collector",
};

/** The name of a role; its code where there is none. @type {(code: string) => string} */
export const roleOf = (code) => lookUp(language === "ko" ? ROLES : EN, code) ?? code;

/** Every accredited party, by its account in lower case. @type {() => Promise<Parties>} */
export async function loadParties() {
  /** @type {Party[]} */
  const all = await get("/parties");
  return new Map(all.map((party) => [party.account.toLowerCase(), party]));
}

/** @type {(parties: Parties, account: string) => Party | undefined} */
export const partyOf = (parties, account) => parties.get(account.toLowerCase());

/** The name of an account as people read it; its short address where nobody is accredited for it. @type {(parties: Parties, account: string) => string} */
export function partyName(parties, account) {
  const party = partyOf(parties, account);
  return party ? nameOf(party.account, party.name) : shortAddress(account);
}

/** A grantee at the beginning of a sentence: a party by its own name, isolated. @type {(grantee: string, name: string) => string} */
export function granteeName(grantee, name) {
  const shown = nameOf(grantee, name);
  return grantee.startsWith("0x") ? isolated(shown) : shown[0].toUpperCase() + shown.slice(1);
}

/** An address by its ends. @type {(account: string) => string} */
export const shortAddress = (account) => (account.length > 18 ? `${account.slice(0, 8)}…${account.slice(-6)}` : account);
