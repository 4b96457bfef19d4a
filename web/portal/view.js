// Elements, and what grants look like. Text is always text: nothing here is ever parsed as markup.
import { get, write } from "./api.js";
import { actionOf, conditionOf, language, moment, say } from "./words.js";

const NEVER = 2n ** 63n - 1n;
let vocabulary = { categories: {}, purposes: {} };

export async function learnWords() {
  vocabulary = await get("/vocabulary");
}

export function el(tag, given = {}, ...children) {
  const { class: className, ...rest } = given, made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(rest)) name.startsWith("on") ? made.addEventListener(name.slice(2), value) : (made[name] = value);
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

export const button = (word, kind, act) => starts(el("button", { type: "button", class: kind }, say(word)), act);

/** A button starts nothing twice: it rests until what it started is done, and keeps the keyboard's place meanwhile. */
export function starts(made, act) {
  made.addEventListener("click", async () => {
    made.disabled = true;
    await act();
    made.disabled = false;
    if (document.activeElement === document.body && made.isConnected) made.focus();
  });
  return made;
}

export const badge = (text, tone = "") => el("span", { class: `badge ${tone}` }, text);
export const list = (items) => el("ul", {}, items.map((item) => el("li", {}, item)));

function label(code, kind) {
  if (code === "*") return say("everything");
  const term = vocabulary[kind][code];
  return term ? (language === "ko" ? term.label_ko : term.label) : code;
}

export const categoryOf = (code) => label(code, "categories");
export const purposeOf = (code) => label(code, "purposes");
export const endOf = (expires) => (BigInt(expires) >= NEVER - 1024n ? say("always") : moment(expires));

/** One line of a consent, with the typed data's member names. */
export function grantView(grant) {
  const rows = [
    ["data", grant.categories.map(categoryOf).join(", ")],
    ["purpose", grant.purposes.map(purposeOf).join(", ")],
    ["action", grant.actions.map(actionOf).join(", ")],
    ["from", grant.notBefore ? moment(grant.notBefore) : ""],
    ["until", endOf(grant.expires)],
    ["period", grant.dataFrom || grant.dataUntil ? `${grant.dataFrom ? moment(grant.dataFrom) : "…"} – ${grant.dataUntil ? moment(grant.dataUntil) : "…"}` : ""],
    ["records", grant.records.length ? say("recordCount", { count: grant.records.length }) : ""],
    ["conditions", grant.conditions.map(conditionOf).join(", ")],
  ];
  const shown = rows.filter(([, text]) => text).flatMap(([word, text]) => [el("dt", {}, say(word)), el("dd", {}, text)]);
  const mark = grant.effect === "forbid" ? badge(say("forbidden"), "bad") : isTransfer(grant) ? badge(say("transferRequest"), "wait") : "";
  return el("dl", { class: "grant" }, mark ? [el("dt", {}, mark), el("dd")] : [], shown);
}

/** As `ledger.transfer.terms_of`: a grant that is a transfer request (전송요구), and nothing else or more. */
function isTransfer({ effect, actions, purposes, records, conditions, expires }) {
  const names = conditions.map((one) => one.split(":")[0]), how = names.filter((name) => name === "once" || name === "every-days");
  const kept = names.every((name) => how.includes(name) || name === "retain-until") && new Set(names).size === names.length;
  const shaped = effect === "permit" && String(actions) === "transfer" && purposes.length === 1 && !records.length;
  return shaped && how.length === 1 && kept && BigInt(expires) !== NEVER;
}

/** What is signed, member by member as it is signed, codes and all. */
export function exactView({ typed_data: { message, domain, primaryType } }, note = "exactNote") {
  const rows = [["", primaryType], ...members(message), ...members(domain, "domain.")];
  return el("details", { class: "exact" }, el("summary", {}, say("exact")), el("p", { class: "help" }, say(note)),
    el("dl", {}, rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, el("code", {}, value))])));
}

function members(value, path = "") {
  return Object.entries(value).flatMap(([name, part]) => {
    if (Array.isArray(part)) return part.length && typeof part[0] === "object" ? part.flatMap((one, at) => members(one, `${path}${name}[${at}].`)) : [[path + name, part.join(", ")]];
    return [[path + name, String(part)]];
  });
}

export function save(name, document_) {
  const url = URL.createObjectURL(new Blob([write(document_)], { type: "application/json" }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
