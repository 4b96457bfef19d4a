// The texts of the portal in the language that the person chose, and the names of codes in it.
import { language } from "../kit/language.js";
import { formatted } from "../kit/messages.js";
import { timeText } from "../kit/dates.js";
import { ENGLISH } from "./english.js";
import { KOREAN } from "./korean.js";

/** @import { Grant } from "./answers" */
/** @import { Language } from "../kit/language.js" */
export { language, setLanguage } from "../kit/language.js";
export { timeText } from "../kit/dates.js";
/** @import { Values } from "../kit/messages.js" */
/** @typedef {keyof typeof ENGLISH} Word */
/** @type {Record<Language, Record<string, string>>} */
const WORDS = { en: ENGLISH, ko: KOREAN };
/** @type {Record<Language, Record<string, string>>} */
const ACTIONS = {
  en: { view: "view", copy: "copy", transfer: "transfer", compute: "compute over", contact: "contact you about", publish: "publish", link: "link" },
  ko: { view: "열람", copy: "복사", transfer: "전송", compute: "통계 계산", contact: "연락", publish: "공개", link: "결합" },
};
/** As in ledger/wording.py. @type {Record<Language, Record<string, string>>} */
const CONDITIONS = {
  en: {
    once: "each record once", "max-uses": "number of uses", "aggregate-only": "only sums over groups of at least", "retain-until": "to be deleted by",
    "every-days": "each record once every so many days", redact: "without this part", mask: "with this part blacked out", only: "only these parts", from: "only data that {value} holds", asset: "only of these accounts or devices", pseudonymise: "without your name",
    "emergency-only": "only in an emergency", "no-onward-transfer": "not to be passed on",
  },
  ko: {
    once: "기록당 한 번만", "max-uses": "최대 {value}회", "aggregate-only": "{value}명 이상 집단의 통계만", "retain-until": "파기 기한",
    "every-days": "기록당 {value}일에 한 번", redact: "이 항목 제외", mask: "이 항목 가림", only: "이 항목만", from: "{value} 보유 자료만", asset: "이 계좌·기기만", pseudonymise: "가명 처리",
    "emergency-only": "응급 시에만", "no-onward-transfer": "제3자 제공 금지",
  },
};
/** As in ledger/terms.py. */
const ALTERNATIVES = ["only", "from", "asset"];
/** The roles in Korean, as in ledger/labels.py; in English the signed name says it. @type {Record<string, string>} */
export const ROLES = {
  holder: "데이터 보유 기관", hospital: "병원", trial: "임상시험팀", insurer: "보험사", merchant: "판매업체", researcher: "연구자", responder: "응급 구조대",
  reviewer: "심사자", authority: "후견인 지정 기관", witness: "증인", "enforcement-point": "접근 통제 시스템", operator: "운영자", collector: "수집자",
};
/** The entry of a table; undefined for a code that it lacks. @type {<T>(table: Record<string, T>, code: string) => T | undefined} */
export const lookUp = (table, code) => (Object.hasOwn(table, code) ? table[code] : undefined);

/** A text in the page's language, its placeholders filled. @type {(word: Word, values?: object) => string} */
export const translate = (word, values) => formatted(lookUp(WORDS[language], word) ?? word, /** @type {Values} */ (values));

/** The part of a name `English | 한국어` for the page's language; as in ledger/party.py. @type {(name: string) => string} */
export function inLanguage(name) {
  const [, english, korean] = /^(.*?) \| (.*)$/s.exec(name) ?? [];
  return english?.trim() && korean?.trim() ? (language === "ko" ? korean : english) : name;
}

/** The grantee as people read it; `name` is the one that is signed. @type {(grantee: string, name: string) => string} */
export function nameOf(grantee, name) {
  const [, role] = /^role:(.*)$/s.exec(grantee) ?? [];
  if (language !== "ko") return inLanguage(name);
  return grantee === "*" ? "모든 사람" : role ? `인증된 모든 ${lookUp(ROLES, role) ?? role}` : inLanguage(name);
}

/**
 * What a revocation of a consent with these grants ends, in the sentences of ledger/summaries.py.
 * @type {(consent: { grantee: string, granteeName: string }, grants: Pick<Grant, "effect">[]) => string[]}
 */
export function endOfConsent({ grantee, granteeName }, grants) {
  const effects = grants.length ? grants.map(({ effect }) => effect) : ["permit"];
  return /** @type {const} */ (["permit", "forbid"]).filter((effect) => effects.includes(effect)).map((effect) => translate(`ends.${effect}`, { name: nameOf(grantee, granteeName) }));
}

/** The name of an action. @type {(code: string) => string} */
export const actionOf = (code) => (code === "*" ? translate("everything") : lookUp(ACTIONS[language], code) ?? code);

/**
 * The conditions of a grant in words; values of one of ALTERNATIVES stand together. `holderOf` names an account.
 * @type {(texts: string[], holderOf?: (account: string) => string) => string}
 */
export function conditionsOf(texts, holderOf) {
  const named = (/** @type {string} */ name) => texts.filter((text) => text.startsWith(`${name}:`)).map((text) => text.slice(name.length + 1));
  const joined = texts.map((text) => ALTERNATIVES.find((name) => text.startsWith(`${name}:`)) ?? text);
  return [...new Set(joined)].map((text) => conditionOf(ALTERNATIVES.includes(text) ? `${text}:${(text === "from" && holderOf ? named(text).map(holderOf) : named(text)).join(", ")}` : text)).join(", ");
}

/** A condition of a grant in words. @type {(text: string) => string} */
export function conditionOf(text) {
  const [name, value] = text.split(/:(.*)/s), known = lookUp(CONDITIONS[language], name);
  if (!known) return text;
  const shown = value && name === "retain-until" ? timeText(Number(value)) : value;
  return known.includes("{value}") ? known.replace("{value}", () => shown ?? "…") : shown ? `${known} (${shown})` : known;
}
