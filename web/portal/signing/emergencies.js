// Refusals that reach emergency crews, and refusals without emergencies. As in ledger/summaries.py.
import { get } from "../api.js";
import { purposes, purposesAbove } from "../vocabulary.js";

/** @import { Grant } from "../answers" */
const EMERGENCY = "hl7:ETREAT", RESPONDER = "responder";

/** True if the grant forbids emergency treatment. @type {(grant: Grant) => boolean} */
function refusesEmergencies({ effect, purposes: named }) {
  return effect === "forbid" && ["*", ...purposesAbove(EMERGENCY)].some((purpose) => named.includes(purpose));
}

/** True if the grantee is an emergency crew, or may be one. @type {(grantee: string) => Promise<boolean>} */
async function mayBeCrew(grantee) {
  if (!grantee.startsWith("0x")) return ["*", `role:${RESPONDER}`].includes(grantee);
  return (await get(`/parties/${grantee}`)).roles.includes(RESPONDER);
}

/**
 * Null if the grants do not refuse emergency crews; else the grants that leave emergencies out, which may be none.
 * @type {(grantee: string, grants: Grant[]) => Promise<Grant[] | null>}
 */
export async function sparedFor(grantee, grants) {
  if (!grants.some(refusesEmergencies) || !(await mayBeCrew(grantee).catch(() => false))) return null;
  return grants.flatMap(withoutEmergencies);
}

/**
 * The grant, forbidding nothing that includes emergency treatment or lies below it.
 * @type {(grant: Grant) => Grant[]}
 */
function withoutEmergencies(grant) {
  if (!refusesEmergencies(grant)) return [grant];
  const spared = purposesAbove(EMERGENCY), isNamed = (/** @type {string} */ code) => grant.purposes.includes("*") || purposesAbove(code).some((above) => grant.purposes.includes(above));
  const left = purposes().filter((code) => isNamed(code) && !spared.includes(code) && !purposesAbove(code).includes(EMERGENCY));
  const highest = left.filter((code) => !left.includes(purposesAbove(code)[1]));
  return highest.length ? [{ ...grant, purposes: highest.sort() }] : [];
}
