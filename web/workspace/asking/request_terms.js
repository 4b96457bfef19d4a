// The terms of a request while they are filled in, as grants for the sentence, and as the form that is sent.
import { DAY, dayKey, endOfDay, now, startOfDay } from "../../kit/dates.js";
import { language } from "../../kit/language.js";
import { messages } from "../../kit/messages.js";
import { usualPurpose } from "../terms.js";

/** @import { Grant, Notice, Party } from "../../portal/answers" */
/** Days are `2027-02-26`, empty for none. @typedef {{ person: string, categories: string[], purpose: string, actions: string[], until: string, from: string, to: string, notice: string, benefit: string, benefit_ko: string, reference: string, days: number }} Terms */
const PERSON = /^0x([0-9a-fA-F]{2}){20,84}$/, NO_PERIOD = { dataFrom: 0, dataUntil: 0 };
const t = messages({ person: "the person", data: "which data", until: "until when", actions: "what you may do with them", notice: "a notice" }, { person: "받는 사람", data: "데이터 항목", until: "이용 기간", actions: "이용 방법", notice: "고지문" });

/** The terms to begin with. @type {(party: Party, notices: Notice[]) => Terms} */
export const emptyTerms = ({ roles }, notices) => ({
  person: "", categories: [], purpose: usualPurpose(roles), actions: ["view"], until: dayKey(now() + 90 * DAY), from: "", to: "",
  notice: (notices.find((one) => one.language === language) ?? notices[0])?.hash ?? "", benefit: "", benefit_ko: "", reference: "", days: 14,
});

/** What still has to be filled in, in words; empty if nothing is missing. @type {(terms: Terms) => string} */
export function missingIn({ person, categories, until, actions, notice }) {
  const missing = [[PERSON.test(person), t("person")], [categories.length, t("data")], [until, t("until")], [actions.length, t("actions")], [notice, t("notice")]];
  return missing.filter(([is]) => !is).map(([, name]) => name).join(", ");
}

/** The grant that the person reads. @type {(terms: Terms) => Grant} */
export const grantOf = (terms) => ({ effect: "permit", categories: terms.categories, purposes: [terms.purpose], actions: terms.actions, notBefore: 0, expires: terms.until ? endOfDay(terms.until) : now(), ...periodOf(terms), records: [], conditions: [] });

/** @type {(terms: Terms) => { dataFrom: number, dataUntil: number }} */
const periodOf = ({ from, to }) => ({ ...NO_PERIOD, ...(from && { dataFrom: startOfDay(from) }), ...(to && { dataUntil: endOfDay(to) }) });

/** The form of `POST /requests`. @type {(terms: Terms) => object} */
export function formOf(terms) {
  const { effect, categories, purposes, actions, expires, dataFrom, dataUntil } = grantOf(terms);
  const grants = [{ effect, categories, purposes, actions, expires, data_from: dataFrom, data_until: dataUntil }];
  const { benefit, benefit_ko, reference } = terms;
  return { data_subject: terms.person.toLowerCase(), grants, notice_hash: terms.notice, benefit, benefit_ko, reference, wait: terms.days * DAY };
}
