// Who asks, in a sentence: the name, and beside it the role and since when it is accredited.
import { messages } from "../../kit/messages.js";
import { fullDay } from "../grants/ends.js";
import { roleOf } from "./parties.js";

/** @import { Party } from "../answers" */
const t = messages(
  { who: "{name} ({role}, accredited {since})", open: "{name} ({role}, accredited)", unknown: "{name} (not accredited now)" },
  { who: "{name}({role}, {since} 인증)", open: "{name}({role}, 인증됨)", unknown: "{name}(현재 인증되지 않음)" },
);

/** The name with role and accreditation. @type {(name: string, party: Party | undefined) => string} */
export function whoAsks(name, party) {
  if (!party?.accredited) return t("unknown", { name });
  const role = party.roles.map(roleOf).join(", ");
  return Number(party.valid_from) ? t("who", { name, role, since: fullDay(party.valid_from) }) : t("open", { name, role });
}
