// Refusals that reach emergency crews, and refusals without emergencies. As in ledger/summaries.py.
import { get } from "./api.js";
import { button, el, purposesAbove, purposes } from "./view.js";
import { translate } from "./words.js";

/** @import { Grant } from "./answers" */
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
 * That the grants refuse emergency crews too, with the choice to leave emergencies out; nothing where they do not.
 * @type {(grantee: string, grants: Grant[], spare: (grants: Grant[]) => unknown) => Promise<HTMLElement | null>}
 */
export async function crewsView(grantee, grants, spare) {
  if (!grants.some(refusesEmergencies) || !(await mayBeCrew(grantee).catch(() => false))) return null;
  const left = grants.flatMap(withoutEmergencies);
  return el("div", { class: "crews" },
    el("p", { class: "help" }, translate("crewsRefused")),
    left.length ? el("div", { class: "actions" }, button("spareCrews", "quiet", () => spare(left))) : "");
}

/**
 * The grant, forbidding nothing that includes emergency treatment or lies below it.
 * @type {(grant: Grant) => Grant[]}
 */
export function withoutEmergencies(grant) {
  if (!refusesEmergencies(grant)) return [grant];
  const spared = purposesAbove(EMERGENCY), isNamed = (/** @type {string} */ code) => grant.purposes.includes("*") || purposesAbove(code).some((above) => grant.purposes.includes(above));
  const left = purposes().filter((code) => isNamed(code) && !spared.includes(code) && !purposesAbove(code).includes(EMERGENCY));
  const highest = left.filter((code) => !left.includes(purposesAbove(code)[1]));
  return highest.length ? [{ ...grant, purposes: highest.sort() }] : [];
}
