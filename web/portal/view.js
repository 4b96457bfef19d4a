// Elements of the page, and how grants are shown. Text is always added as text, never parsed as HTML.
import { get } from "./api.js";
import { actionOf, conditionsOf, language, lookUp, timeText, translate } from "./words.js";

/** @import { Draft, Grant, Vocabulary, Whole } from "./answers" */
/** @import { Word } from "./words.js" */
/** @typedef {Node | string | null | undefined | false} Child */
const NEVER = 2n ** 63n - 1n;
/** @type {Vocabulary} */
let vocabulary = { categories: {}, purposes: {}, emergency: { urgent: [], further: [], since: 0 } };

/** Load the names of categories and purposes. */
export async function loadVocabulary() {
  vocabulary = await get("/vocabulary");
}

/**
 * An element with properties and children. Children that are empty are left out.
 * @type {<T extends keyof HTMLElementTagNameMap>(tag: T, options?: Partial<HTMLElementTagNameMap[T]> & { class?: string }, ...children: (Child | Child[])[]) => HTMLElementTagNameMap[T]}
 */
export function el(tag, { class: className, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  if (className) node.className = className;
  node.append(...children.flat().flatMap((child) => child || []));
  return node;
}

/** A button that says `word` and runs `action`. @type {(word: Word, kind: string, action: () => unknown) => HTMLButtonElement} */
export const button = (word, kind, action) => onClick(el("button", { type: "button", class: kind }, translate(word)), action);

/**
 * Run `action` on a click. The button is disabled meanwhile, and gets the focus back.
 * @type {(button: HTMLButtonElement, action: () => unknown) => HTMLButtonElement}
 */
export function onClick(button, action) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    await action();
    button.disabled = false;
    if (document.activeElement === document.body && button.isConnected) button.focus();
  });
  return button;
}

/** A short mark. @type {(text: string, tone?: string) => HTMLElement} */
export const badge = (text, tone = "") => el("span", { class: `badge ${tone}` }, text);

/** A list of texts. @type {(items: string[]) => HTMLElement} */
export const list = (items) => el("ul", {}, items.map((item) => el("li", {}, item)));

/**
 * Terms with their descriptions; those without a description are left out.
 * @type {(rows: [word: Word, text: string][]) => HTMLElement[]}
 */
export const rowsOf = (rows) => rows.filter(([, text]) => text).flatMap(([word, text]) => [el("dt", {}, translate(word)), el("dd", {}, text)]);

/** @type {(code: string, kind: "categories" | "purposes") => string} */
function label(code, kind) {
  if (code === "*") return translate("everything");
  const term = lookUp(vocabulary[kind], code);
  return term ? (language === "ko" ? term.label_ko : term.label) : code;
}

/** The name of a category. @type {(code: string) => string} */
export const categoryOf = (code) => label(code, "categories");

/** The name of a purpose. @type {(code: string) => string} */
export const purposeOf = (code) => label(code, "purposes");

/** What an emergency crew may read without consent. @type {(declaredAt: number, until: Whole, extended: boolean) => string} */
export function reachOf(declaredAt, until, extended) {
  const { urgent, further, since } = vocabulary.emergency, all = extended ? [...urgent, ...further] : urgent;
  if (declaredAt < since) return translate("reachedAll", { until: timeText(Math.min(Number(until), since)) });
  const widest = all.filter((category) => !all.some((above) => category.startsWith(`${above}.`)));
  return translate("reaches", { until: timeText(until), categories: widest.map(categoryOf).join(", ") });
}

/** The codes of the widest categories. @type {() => string[]} */
export const topCategories = () => Object.keys(vocabulary.categories).filter((code) => !code.includes("."));

/** The codes of all purposes. @type {() => string[]} */
export const purposes = () => Object.keys(vocabulary.purposes);

/** The purpose and every purpose above it. @type {(code: string) => string[]} */
export function purposesAbove(code) {
  const above = lookUp(vocabulary.purposes, code)?.above;
  return [code, ...(above ? purposesAbove(above) : [])];
}

/** @type {(expires: Whole) => string} */
const endOf = (expires) => (BigInt(expires) >= NEVER - 1024n ? translate("always") : timeText(expires));

/** One grant of a consent. @type {(grant: Grant) => HTMLElement} */
export function grantView(grant) {
  const shown = rowsOf([
    ["data", grant.categories.map(categoryOf).join(", ")],
    ["purpose", grant.purposes.map(purposeOf).join(", ")],
    ["action", grant.actions.map(actionOf).join(", ")],
    ["from", grant.notBefore ? timeText(grant.notBefore) : ""],
    ["until", endOf(grant.expires)],
    ["period", grant.dataFrom || grant.dataUntil ? `${grant.dataFrom ? timeText(grant.dataFrom) : "…"} – ${grant.dataUntil ? timeText(grant.dataUntil) : "…"}` : ""],
    ["records", grant.records.length ? translate("recordCount", { count: grant.records.length }) : ""],
    ["conditions", conditionsOf(grant.conditions)],
  ]);
  const mark = grant.effect === "forbid" ? badge(translate("forbidden"), "bad") : isTransfer(grant) ? badge(translate("transferRequest"), "wait") : "";
  return el("dl", { class: "grant" }, mark ? [el("dt", {}, mark), el("dd")] : [], shown);
}

/**
 * True for a grant that is a transfer request (전송요구) and nothing else, as in ledger.transfer.terms_of.
 * @type {(grant: Grant) => boolean}
 */
function isTransfer({ effect, actions, purposes, records, conditions, expires }) {
  const names = conditions.map((condition) => condition.split(":")[0]).filter((name) => !["from", "asset"].includes(name)), how = names.filter((name) => ["once", "every-days"].includes(name));
  const kept = names.every((name) => how.includes(name) || name === "retain-until") && new Set(names).size === names.length;
  const shaped = effect === "permit" && String(actions) === "transfer" && purposes.length === 1 && !records.length;
  return shaped && how.length === 1 && kept && BigInt(expires) !== NEVER;
}

/** Every member of what is signed, with its codes. @type {(draft: Draft, note?: Word) => HTMLElement} */
export function exactView({ typed_data: { message, domain, primaryType } }, note = "exactNote") {
  const rows = [["", primaryType], ...members(message), ...members(domain, "domain.")];
  return el("details", { class: "exact" }, el("summary", {}, translate("exact")), el("p", { class: "help" }, translate(note)),
    el("dl", {}, rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, el("code", {}, value))])));
}

/** @type {(struct: object, path?: string) => string[][]} */
function members(struct, path = "") {
  return Object.entries(struct).flatMap(([name, part]) => {
    if (!Array.isArray(part)) return [[path + name, String(part)]];
    return part.length && typeof part[0] === "object" ? part.flatMap((item, index) => members(item, `${path}${name}[${index}].`)) : [[path + name, part.join(", ")]];
  });
}

/** Offer a value as a JSON file. @type {(name: string, value: object) => void} */
export function save(name, value) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value)], { type: "application/json" }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
