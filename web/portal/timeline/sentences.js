// What happened, as sentences of the timeline.
import { isolated } from "../../kit/sentence.jsx";
import { messages } from "../../kit/messages.js";
import { language } from "../../kit/language.js";
import { chosenWard } from "../acting.js";
import { subjectOf } from "../api.js";
import { presentAccount } from "../session.js";
import { categoryOf, purposeOf } from "../vocabulary.js";
import { inLanguage } from "../words.js";
import { isReceipt } from "./groups.js";

/** @import { Access } from "../answers" */
/** @import { Facet } from "./groups.js" */
const READ = "{action, select, view {read} copy {copied} transfer {received} compute {computed on} publish {published} link {linked} contact {was allowed to contact you about} other {used}}";
const TO_READ = "{action, select, view {read} copy {copy} transfer {receive} compute {compute on} publish {publish} link {link} contact {contact you about} other {use}}";
const READ_KO = "{action, select, view {열람했습니다} copy {복사했습니다} transfer {전송받았습니다} compute {통계 계산에 이용했습니다} publish {공개했습니다} link {결합했습니다} contact {연락 허용을 확인했습니다} other {이용했습니다}}";
const TO_READ_KO = "{action, select, view {조회하려} copy {복사하려} transfer {전송받으려} compute {통계 계산에 이용하려} publish {공개하려} link {결합하려} contact {연락에 이용하려} other {이용하려}}";
const t = messages(
  {
    read: `{name} ${READ} {count, plural, =1 {a record} other {# records}} of {category}{times, plural, =0 {} other { # times}} for {purpose}`, derived: `{name} ${READ} your {category} for {purpose}`,
    partly: `{name} ${READ} {count, plural, =1 {a record} other {# records}} of {category}{times, plural, =0 {} other { # times}} for {purpose}, {refused} refused`,
    refused: `{name} tried to ${TO_READ} {category} for {purpose} and was refused{refused, plural, =1 {} other { (# times)}}`,
    searched: "{name} asked which records of {category} they may read, for {purpose}", searchedAll: "{name} asked which of your records they may read, for {purpose}",
    urgent: "{name} read {count, plural, =1 {a record} other {# records}} of {category}{times, plural, =0 {} other { # times}} in the emergency", declared: "{name} declared an emergency", extended: "{name} extended the emergency",
    you: "You", person: "The person", link: "Somebody opened a share link of yours", everything: "everything",
  },
  {
    read: `{name}[이/가] {purpose} 목적으로 {category} {count}건을 {times, plural, =0 {} other {#회 }}${READ_KO}`, derived: `{name}[이/가] {purpose} 목적으로 내 {category}[을/를] ${READ_KO}`,
    partly: `{name}[이/가] {purpose} 목적으로 {category} {count}건을 {times, plural, =0 {} other {#회 }}${READ_KO}. {refused}건은 거절되었습니다`,
    refused: `{name}[이/가] {category}[을/를] ${TO_READ_KO} 했으나 거절되었습니다{refused, plural, =1 {} other { (#회)}}`,
    searched: "{name}[이/가] {purpose} 목적으로 열람할 수 있는 {category}[이/가] 있는지 조회했습니다", searchedAll: "{name}[이/가] {purpose} 목적으로 열람할 수 있는 기록이 있는지 조회했습니다",
    urgent: "{name}[이/가] 응급 상황에서 {category} {count}건을 {times, plural, =0 {} other {#회 }}열람했습니다", declared: "{name}[이/가] 응급 상황을 선언했습니다", extended: "{name}[이/가] 응급 상황을 연장했습니다",
    you: "본인", person: "이 사람 본인", link: "누군가 내 공유 링크를 열었습니다", everything: "모든 항목",
  },
);

/** True if the person whom the page is about asked themselves. @type {(requester: string) => boolean} */
export const isPerson = (requester) => requester.toLowerCase() === subjectOf(presentAccount().signer).toLowerCase();

/** Who asked, as a name of a message. @type {(requester: string, name: string) => string} */
export const askerOf = (requester, name) => isolated(isPerson(requester) ? t(chosenWard() ? "person" : "you") : inLanguage(name));

/** What a party did in one respect on a day. @type {(facet: Facet, requester: string, name: string) => string} */
export function facetSentence(facet, requester, name) {
  if (isPerson(requester)) return t("link");
  const { action, permitted, refused, records: { size: count } } = facet, times = permitted > count ? permitted : 0;
  const values = { name: askerOf(requester, name), action, count, times, refused, category: categoryWords(facet.category), purpose: lowered(purposeOf(facet.purpose)) };
  if (facet.isSearch) return t(facet.category === "*" ? "searchedAll" : "searched", values);
  if (!count) return t("refused", { ...values, category: dataWords(facet.category) });
  if (facet.isEmergency) return t("urgent", values);
  return t(refused ? "partly" : facet.isDerived ? "derived" : "read", values);
}

/** What one line says, by itself. @type {(access: Access) => string} */
export function lineSentence(access) {
  const name = askerOf(access.requester, access.requester_name);
  if (!isReceipt(access)) return t(access.kind === "Incident" ? "declared" : "extended", { name });
  const { category, purpose, action, reason, permitted, recordId } = access.document.message;
  const facet = { category, purpose, action, isSearch: reason === "searched", isDerived: access.derived, isEmergency: reason === "broke_glass" };
  return facetSentence({ ...facet, records: new Set(permitted ? [recordId] : []), permitted: Number(permitted), refused: Number(!permitted) }, access.requester, access.requester_name);
}

/** The name of a category within a sentence. @type {(code: string) => string} */
const categoryWords = (code) => (code === "*" ? t("everything") : lowered(categoryOf(code)));

/** The data of a category, as the object of a Korean sentence. @type {(code: string) => string} */
function dataWords(code) {
  const words = categoryWords(code);
  return language !== "ko" || code === "*" || /(정보|기록)$/.test(words) ? words : `${words} 정보`;
}

/** A label within an English sentence, unless it begins with an abbreviation. @type {(label: string) => string} */
const lowered = (label) => (/^\p{Lu}\p{Ll}/u.test(label) ? label[0].toLowerCase() + label.slice(1) : label);
