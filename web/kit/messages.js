// Texts of a page in both languages: ICU messages (plurals, choices), with Korean particles.
import { IntlMessageFormat } from "intl-messageformat";
import { language } from "./language.js";
import { withParticles } from "./particles.js";

/** @import { Language } from "./language.js" */
/** @typedef {Record<string, string | number | undefined | null>} Values */
/** @type {Record<Language, Map<string, IntlMessageFormat>>} */
const parsed = { en: new Map(), ko: new Map() };
const LOCALES = { en: "en-GB", ko: "ko-KR" };

/**
 * The function that gives the texts of one part of the pages, in the page's language.
 * @template {Record<string, string>} Texts
 * @param {Texts} en @param {{ [Word in keyof Texts]: string }} ko
 * @returns {(word: keyof Texts & string, values?: Values) => string}
 */
export function messages(en, ko) {
  return (word, values) => formatted(language === "ko" ? ko[word] : en[word], values);
}

/** A message with its values filled in; a value that is missing is shown as `…`. @type {(message: string, values?: Values) => string} */
export function formatted(message, values = {}) {
  if (!message.includes("{") && !message.includes("[")) return message;
  const known = new Proxy(values, { get: (all, name) => all[String(name)] ?? "…", has: () => true, getOwnPropertyDescriptor: (_, name) => ({ value: name, configurable: true }) });
  const text = /** @type {string} */ (formatOf(message).format(known));
  return language === "ko" ? withParticles(text) : text;
}

/** @type {(message: string) => IntlMessageFormat} */
function formatOf(message) {
  let format = parsed[language].get(message);
  if (!format) parsed[language].set(message, (format = new IntlMessageFormat(message, LOCALES[language], undefined, { ignoreTag: true })));
  return format;
}
