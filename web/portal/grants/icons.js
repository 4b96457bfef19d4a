// An icon for each kind of data: the longest known beginning of the category decides.
import { Activity, Asterisk, Building2, CalendarHeart, ClipboardCheck, ClipboardList, CreditCard, FileText, FlaskConical, Footprints, GraduationCap, HeartPulse, IdCard, Landmark, MapPin, Pill, Receipt, ScanLine, Scissors, ShieldAlert, Stethoscope, Syringe, Umbrella, Watch, Zap } from "lucide";

/** @import { IconNode } from "lucide" */
/** @type {Record<string, IconNode>} */
const ICONS = {
  "*": Asterisk, health: HeartPulse, "health.lab": FlaskConical, "health.vitals": Activity, "health.medication": Pill, "health.condition": Stethoscope, "health.imaging": ScanLine,
  "health.immunization": Syringe, "health.identity": IdCard, "health.device": Watch, "health.allergy": ShieldAlert, "health.encounter": CalendarHeart,
  "health.report": FileText, "health.procedure": Scissors, "health.careplan": ClipboardList, "health.claim": Receipt, checkup: ClipboardCheck, insurance: Umbrella, lifelog: Footprints, energy: Zap,
  finance: Landmark, card: CreditCard, location: MapPin, research: GraduationCap, business: Building2,
};

/** The icon of a category; a document for one of a service that has none. @type {(category: string) => IconNode} */
export function iconOf(category) {
  const parts = category.split("."), starts = parts.map((_, index) => parts.slice(0, parts.length - index).join("."));
  return starts.map((start) => (Object.hasOwn(ICONS, start) ? ICONS[start] : undefined)).find(Boolean) ?? FileText;
}
