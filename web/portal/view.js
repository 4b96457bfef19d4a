// Elements, and what grants look like. Text is always text: nothing here is ever parsed as markup.
import { get, write } from "./api.js";
import { actionOf, language, moment, say } from "./words.js";

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

/** A button that starts nothing twice: it rests until what it started is done. */
export function button(word, kind, act) {
  const made = el("button", { type: "button", class: kind }, say(word));
  made.addEventListener("click", async () => {
    made.disabled = true;
    await act();
    made.disabled = false;
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
    ["conditions", grant.conditions.join(", ")],
  ];
  const shown = rows.filter(([, text]) => text).flatMap(([word, text]) => [el("dt", {}, say(word)), el("dd", {}, text)]);
  return el("dl", { class: "grant" }, grant.effect === "forbid" ? [el("dt", {}, badge(say("forbidden"), "bad")), el("dd")] : [], shown);
}

export function save(name, document_) {
  const url = URL.createObjectURL(new Blob([write(document_)], { type: "application/json" }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
