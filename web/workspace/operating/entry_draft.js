// An entry of the register as it is filled in, and as it is written.
import { dayKey, endOfDay, isNever, now } from "../../kit/dates.js";
import { messages } from "../../kit/messages.js";
import { NEVER } from "./registry_calls.js";

/** @import { Party } from "../../portal/answers" */
/** @import { Entry } from "./registry_calls.js" */
/** `until` is a day `2027-02-26`, empty without an end. @typedef {{ account: string, en: string, ko: string, roles: string[], key: string, until: string }} Draft */
const ACCOUNT = /^0x[0-9a-fA-F]{40}$/, KEY = /^(0x([0-9a-fA-F]{2}){0,2048})?$/, LONGEST = 200;
/** As in ledger/written_text.py: nothing that cannot be seen. */
const UNPRINTABLE = /(?![\u200c\u200d])\p{C}|[\p{Zl}\p{Zp}|]/u;
const t = messages({ account: "the account", name: "a name without marks that nobody sees, of 200 bytes at most", roles: "a role", key: "a key as 0x-hex", until: "a day to come" }, { account: "계정", name: "이름(보이지 않는 문자 없이 200바이트 이하)", roles: "역할", key: "0x로 시작하는 키", until: "앞으로의 날짜" });

/** The draft to begin with. @type {(party: Party | null) => Draft} */
export function draftOf(party) {
  if (!party) return { account: "", en: "", ko: "", roles: [], key: "", until: "" };
  const { account, names: { en, ko }, roles, encryption_key: key, valid_until: until } = party, isOpen = !Number(until) || isNever(until) || Number(until) <= now();
  return { account, en, ko: ko === en ? "" : ko, roles, key, until: isOpen ? "" : dayKey(Number(until) - 1) };
}

/** The name as it is written: `English | 한국어`, or the one that there is. @type {(draft: Draft) => string} */
export const nameFrom = ({ en, ko }) => [en, ko].map((name) => name.trim()).filter(Boolean).join(" | ");

/** The name in each language. @type {(draft: Draft) => { en: string, ko: string }} */
export const namesFrom = ({ en, ko }) => ({ en: en.trim() || ko.trim(), ko: ko.trim() || en.trim() });

/** What still has to be filled in, in words; empty if nothing is missing. @type {(draft: Draft) => string} */
export function missingIn(draft) {
  const { account, en, ko, roles, key, until } = draft, name = nameFrom(draft), isName = name && !UNPRINTABLE.test(en + ko) && new TextEncoder().encode(name).length <= LONGEST;
  const missing = [[ACCOUNT.test(account), t("account")], [isName, t("name")], [roles.length, t("roles")], [KEY.test(key), t("key")], [!until || endOfDay(until) > now(), t("until")]];
  return missing.filter(([is]) => !is).map(([, what]) => what).join(", ");
}

/** The entry, which begins now or when the earlier one began. @type {(draft: Draft, before?: Party) => Entry} */
export function entryFrom(draft, before) {
  const until = draft.until ? endOfDay(draft.until) : String(NEVER);
  return { account: before?.account ?? draft.account, name: nameFrom(draft), roles: draft.roles, key: draft.key || "0x", from: before?.valid_from ?? now(), until };
}
