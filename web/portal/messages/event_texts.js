// What each event of a message means in words, its picture, and where it leads.
import { BellRing, Clock, DoorOpen, Download, Eye, FileCheck, FilePlus2, FileX2, FlaskConical, Hospital, Inbox, KeyRound, Mail, Send, Siren, Trash2, UserCheck } from "lucide";
import { messages } from "../../kit/messages.js";
import { isolated } from "../../kit/sentence.jsx";
import { inLanguage } from "../words.js";

/** @import { IconNode } from "lucide" */
/** @import { Message } from "../answers" */
/** @typedef {Message["event"]} Event */
/** What a message leads to: a word of the button, and an address of the portal. @typedef {{ word: "request" | "consents" | "timeline" | "record" | "delegates" | "links" | "export" | "hospitals" | "kept", path: string }} Lead */
/** The page that events with this beginning lead to. @type {[start: string, word: Lead["word"]][]} */
const AREAS = [["consent.", "consents"], ["link.", "links"], ["export.", "export"], ["binding.", "hospitals"], ["retention.", "kept"], ["copies.", "kept"]];
/** @type {Record<Event, string>} */
const ENGLISH = {
  "consent.asked": "{by} asks for your consent", "consent.granted": "You gave a consent to {grantee}", "consent.withdrawn": "Your consent to {grantee} was withdrawn", "consent.expiring": "Your consent to {grantee} ends soon",
  "data.used": "{by} used your data", "data.broke_glass": "{by} declared an emergency about you", "data.emergency_extended": "{by} extended the emergency to all your health records",
  "delegation.named": "{delegate} was named to sign", "study.results": "{by} has results: {subject}", "link.opened": "{by} opened your share link {link}", "link.made": "{by} made the share link {link} for you",
  "link.passcode_wrong": "{by} gave a wrong passcode for your share link {link}", "transfer.asked": "A person asks you to transfer data", "transfer.ended": "A request to transfer data ended",
  "copies.expiring": "Copies that you have must be deleted soon", "copies.to_delete": "Copies that you have must be deleted now", "retention.ended": "Data was deleted at the deadline of a consent",
  "contact.sent": "{by} sent you a message", "export.made": "{by} downloaded everything about you, as your delegate", "binding.made": "{by} knows you by its own patient number now",
  "binding.ended": "{by} issues nothing to you by its patient number any more", "binding.disputed": "You disputed the patient number by which {by} knows you", "record.withdrawn": "{by} withdrew a record that was not yours",
  "record.reissued": "{by} issued a record to you that another person had by mistake",
};
/** @type {Record<Event, string>} */
const KOREAN = {
  "consent.asked": "{by}[이/가] 동의를 요청했습니다", "consent.granted": "{grantee}에 동의했습니다", "consent.withdrawn": "{grantee}에 대한 동의가 철회되었습니다", "consent.expiring": "{grantee}에 대한 동의가 곧 끝납니다",
  "data.used": "{by}[이/가] 내 데이터를 이용했습니다", "data.broke_glass": "{by}[이/가] 나에 관한 응급 상황을 선언했습니다", "data.emergency_extended": "{by}[이/가] 응급 상황을 모든 건강 기록으로 넓혔습니다",
  "delegation.named": "{delegate}[이/가] 서명할 사람으로 지정되었습니다", "study.results": "{by}의 결과가 나왔습니다 ({subject})", "link.opened": "{by}[이/가] 내 공유 링크를 열었습니다 ({link})", "link.made": "{by}[이/가] 나를 대신해 공유 링크를 만들었습니다 ({link})",
  "link.passcode_wrong": "{by}[이/가] 내 공유 링크의 암호를 잘못 입력했습니다 ({link})", "transfer.asked": "정보주체가 데이터 전송을 요구했습니다", "transfer.ended": "전송요구가 끝났습니다",
  "copies.expiring": "보관 중인 사본의 파기 기한이 다가옵니다", "copies.to_delete": "보관 중인 사본을 지금 파기해야 합니다", "retention.ended": "동의의 파기 기한에 따라 자료를 파기했습니다",
  "contact.sent": "{by}의 메시지", "export.made": "{by}[이/가] 대리인으로서 나에 관한 모든 자료를 내려받았습니다", "binding.made": "{by}[이/가] 환자 번호를 내 계정에 연결했습니다",
  "binding.ended": "{by}의 환자 번호 연결이 끝나 그 번호로는 더 발급하지 않습니다", "binding.disputed": "{by}의 환자 번호에 이의를 제기했습니다", "record.withdrawn": "{by}[이/가] 내 것이 아닌 기록을 거두어들였습니다",
  "record.reissued": "{by}[이/가] 다른 사람에게 잘못 발급한 기록을 나에게 다시 발급했습니다",
};
/** @type {Record<Event, IconNode>} */
const ICONS = {
  "consent.asked": Inbox, "consent.granted": FileCheck, "consent.withdrawn": FileX2, "consent.expiring": Clock, "data.used": Eye, "data.broke_glass": Siren, "data.emergency_extended": Siren, "delegation.named": UserCheck,
  "study.results": FlaskConical, "link.opened": DoorOpen, "link.made": DoorOpen, "link.passcode_wrong": KeyRound, "transfer.asked": Send, "transfer.ended": Send, "copies.expiring": Clock, "copies.to_delete": Trash2,
  "retention.ended": Trash2, "contact.sent": Mail, "export.made": Download, "binding.made": Hospital, "binding.ended": Hospital, "binding.disputed": Hospital, "record.withdrawn": FileX2, "record.reissued": FilePlus2,
};
const t = messages(ENGLISH, KOREAN);
/** The signed name of everybody, whom one can only forbid something. */
const ANYONE = "anyone";
const everybody = messages(
  { "consent.granted": "You forbade everybody something", "consent.withdrawn": "What you forbade everybody was lifted", "consent.expiring": "What you forbid everybody ends soon" },
  { "consent.granted": "모든 사람에게 금지하는 내용에 서명했습니다", "consent.withdrawn": "모든 사람에게 금지한 내용이 해제되었습니다", "consent.expiring": "모든 사람에게 금지한 내용이 곧 끝납니다" },
);

/** True for what a person should see at once. @type {(event: Event) => boolean} */
export const isAlarm = (event) => ["data.broke_glass", "data.emergency_extended"].includes(event);

/** The picture of an event. @type {(event: Event) => IconNode} */
export const eventIcon = (event) => ICONS[event] ?? BellRing;

/** What a message says, its names isolated. @type {(message: Message) => string} */
export function messageSentence({ event, subject, detail }) {
  const values = Object.fromEntries(Object.entries({ ...detail, subject }).map(([name, text]) => [name, isolated(inLanguage(text))]));
  if (detail.grantee === ANYONE && (event === "consent.granted" || event === "consent.withdrawn" || event === "consent.expiring")) return everybody(event);
  return Object.hasOwn(ENGLISH, event) ? t(event, values) : event;
}

/** Where a message leads; null where there is nothing more to see. @type {(message: Message) => Lead | null} */
export function leadOf({ event, subject }) {
  const id = /^0x[0-9a-f]{64}$/.test(subject) ? `/${subject}` : "";
  if (event === "consent.asked") return { word: "request", path: `/portal/requests${id}` };
  if (event === "data.used") return { word: "timeline", path: "/portal/timeline" };
  if (isAlarm(event)) return { word: "timeline", path: "/portal/timeline?only=emergency" };
  if (event === "contact.sent") return { word: "consents", path: "/portal/consents" };
  if (event === "record.reissued") return { word: "record", path: `/portal/records${id}` };
  if (event === "delegation.named") return { word: "delegates", path: "/portal/delegates" };
  const area = AREAS.find(([start]) => event.startsWith(start));
  return area ? { word: area[1], path: `/portal/${area[1]}${area[1] === "consents" ? id : ""}` } : null;
}
