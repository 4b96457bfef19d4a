// The lines of a timeline by day and party, and what each party did on a day.
import { dayKey } from "../../kit/dates.js";

/** @import { Access } from "../answers" */
/**
 * Questions of one party about one category for one purpose on one day. `search`: it asked which records it may read;
 * `derived`: it asked about what is derived from records; `records`: the ids of those it was permitted.
 * @typedef {{ category: string, purpose: string, action: string, isSearch: boolean, isDerived: boolean, isEmergency: boolean, records: Set<string>, permitted: number, refused: number }} Facet
 */
/** What one party did on one day, newest line first. @typedef {{ requester: string, name: string, lines: Access[], facets: Facet[], isAlarm: boolean }} Group */
/** One day: what others did, and what the person did themselves. @typedef {{ day: string, groups: Group[], own: Access[] }} Day */
/** @typedef {Extract<Access, { kind: "AccessReceipt" }>} Receipt */
const BROKE_GLASS = "broke_glass", SEARCHED = "searched";

/** True for an answered question. @type {(access: Access) => access is Receipt} */
export const isReceipt = (access) => access.kind === "AccessReceipt";

/** True for an emergency, and for what was read under one. @type {(access: Access) => boolean} */
export const isEmergency = (access) => !isReceipt(access) || access.document.message.reason === BROKE_GLASS;

/** The days of lines that come newest first. @type {(lines: Access[]) => Day[]} */
export function daysOf(lines) {
  /** @type {Map<string, Access[]>} */
  const days = Map.groupBy(lines, (line) => dayKey(line.accepted_at));
  return [...days].map(([day, all]) => ({ day, groups: groupsOf(all.filter((line) => !line.own)), own: all.filter((line) => line.own) }));
}

/** @type {(lines: Access[]) => Group[]} */
function groupsOf(lines) {
  const parties = Map.groupBy(lines, ({ requester }) => requester.toLowerCase());
  return [...parties.values()].map((all) => ({ requester: all[0].requester, name: all[0].requester_name, lines: all, facets: facetsOf(all.filter(isReceipt)), isAlarm: all.some(isEmergency) }));
}

/** @type {(receipts: Receipt[]) => Facet[]} */
function facetsOf(receipts) {
  /** @type {Map<string, Facet>} */
  const facets = new Map();
  for (const receipt of receipts) {
    const { category, purpose, action, reason, permitted, recordId } = receipt.document.message;
    const isSearch = reason === SEARCHED, isDerived = receipt.derived, inEmergency = isEmergency(receipt);
    const key = JSON.stringify([category, purpose, action, isSearch, isDerived, inEmergency]);
    const facet = facets.get(key) ?? { category, purpose, action, isSearch, isDerived, isEmergency: inEmergency, records: new Set(), permitted: 0, refused: 0 };
    facet[permitted ? "permitted" : "refused"]++;
    if (permitted) facet.records.add(recordId);
    facets.set(key, facet);
  }
  return [...facets.values()];
}
