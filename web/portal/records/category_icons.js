// A picture for each kind of data; what has none of its own has that of its area.
import {
  Activity, Baby, Building2, CalendarHeart, ClipboardList, Coins, FileHeart, FileText, FlaskConical, HeartPulse, IdCard, Landmark, Microscope, Pill, Plug, Receipt, ScanLine, Scissors, ShieldAlert,
  ShieldPlus, Stethoscope, Syringe, Watch,
} from "lucide";

/** @import { IconNode } from "lucide" */
/** @type {Record<string, IconNode>} */
const ICONS = {
  health: FileHeart, "health.identity": IdCard, "health.encounter": CalendarHeart, "health.condition": Stethoscope, "health.lab": FlaskConical, "health.vitals": HeartPulse, "health.observation": Activity,
  "health.report": FileText, "health.medication": Pill, "health.allergy": ShieldAlert, "health.immunization": Syringe, "health.procedure": Scissors, "health.device": Watch, "health.careplan": ClipboardList,
  "health.imaging": ScanLine, "health.claim": Receipt, checkup: Stethoscope, lifelog: Activity, insurance: ShieldPlus, finance: Landmark, card: Coins, business: Building2, energy: Plug, research: Microscope, family: Baby,
};

/** The picture of a category. @type {(category: string) => IconNode} */
export function categoryIcon(category) {
  const area = category.split(".")[0];
  return Object.hasOwn(ICONS, category) ? ICONS[category] : Object.hasOwn(ICONS, area) ? ICONS[area] : FileText;
}
