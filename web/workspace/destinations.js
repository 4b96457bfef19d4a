// The places of the workspaces: who may use each (empty: every party), its addresses, icon and names.
import { Ambulance, Building2, FileSearch, Gavel, HandHelping, IdCard, ScrollText, ServerCog, Stethoscope } from "lucide";
import { messages } from "../kit/messages.js";

const t = messages(
  { self: "My organisation", requests: "Requests for consent", search: "Search and open", receipts: "My receipts", issuing: "Patients and records", incidents: "Emergencies", reviews: "Reviews", operating: "Operation", services: "Services" },
  { self: "우리 기관", requests: "동의 요청", search: "검색과 열람", receipts: "열람 확인서", issuing: "환자와 기록", incidents: "응급 상황", reviews: "심사", operating: "운영", services: "서비스" },
);
/** The names in the bar of a phone, which has room for a word each. */
const short = messages(
  { self: "Us", requests: "Requests", search: "Search", receipts: "Receipts", issuing: "Patients", incidents: "Urgent", reviews: "Reviews", operating: "Operate", services: "Services" },
  { self: "기관", requests: "요청", search: "검색", receipts: "확인서", issuing: "환자", incidents: "응급", reviews: "심사", operating: "운영", services: "서비스" },
);
/** @typedef {Parameters<typeof t>[0]} PlaceName */
/** @typedef {{ name: PlaceName, roles: string[], paths: string[], icon: import("lucide").IconNode }} Place */
const ASKING = ["trial", "insurer", "merchant", "researcher", "hospital", "responder", "collector"];

/** Every place, in the order of the navigation. @type {Place[]} */
export const WORKSPACES = [
  { name: "self", roles: [], paths: ["/workspace"], icon: IdCard },
  { name: "issuing", roles: ["holder", "hospital"], paths: ["/workspace/issuing", "/workspace/issuing/:part"], icon: Stethoscope },
  { name: "requests", roles: ASKING, paths: ["/workspace/requests", "/workspace/requests/:id"], icon: HandHelping },
  { name: "search", roles: ASKING, paths: ["/workspace/search"], icon: FileSearch },
  { name: "incidents", roles: ["responder"], paths: ["/workspace/incidents"], icon: Ambulance },
  { name: "reviews", roles: ["reviewer"], paths: ["/workspace/reviews"], icon: Gavel },
  { name: "operating", roles: ["operator"], paths: ["/workspace/operating", "/workspace/operating/:part"], icon: ServerCog },
  { name: "services", roles: [], paths: ["/workspace/services", "/workspace/services/:service"], icon: Building2 },
  { name: "receipts", roles: [], paths: ["/workspace/receipts"], icon: ScrollText },
];

/** The name of a place. @type {(place: Place) => string} */
export const placeName = (place) => t(place.name);

/** The name of a place in the bar of a phone. @type {(place: Place) => string} */
export const shortName = (place) => short(place.name);

/** True if one of the roles uses a place. @type {(place: Place, roles: string[]) => boolean} */
export const isFor = ({ roles: wanted }, roles) => !wanted.length || wanted.some((role) => roles.includes(role));
