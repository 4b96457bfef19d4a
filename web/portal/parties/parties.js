// The accredited parties, and what their roles are called.
import { messages } from "../../kit/messages.js";
import { get } from "../api.js";
import { lookUp, nameOf } from "../words.js";

/** @import { Party } from "../answers" */
/** @typedef {Map<string, Party>} Parties */
const EN = {
  holder: "data holder", hospital: "hospital", trial: "clinical trial team", insurer: "insurer", merchant: "merchant", researcher: "researcher", responder: "emergency crew",
  reviewer: "reviewer", authority: "authority that names guardians", witness: "witness", "enforcement-point": "access control system", operator: "operator", collector: "data collector",
};
/** @type {typeof EN} */
const KO = {
  holder: "데이터 보유 기관", hospital: "병원", trial: "임상시험팀", insurer: "보험사", merchant: "판매업체", researcher: "연구자", responder: "응급 구조대",
  reviewer: "심사자", authority: "후견인 지정 기관", witness: "증인", "enforcement-point": "접근 통제 시스템", operator: "운영자", collector: "수집자",
};
const role = messages(EN, KO);

/** The name of a role; its code where there is none. @type {(code: string) => string} */
export const roleOf = (code) => (lookUp(EN, code) ? role(/** @type {keyof typeof EN} */ (code)) : code);

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

/** An address by its ends. @type {(account: string) => string} */
export const shortAddress = (account) => (account.length > 18 ? `${account.slice(0, 8)}…${account.slice(-6)}` : account);
