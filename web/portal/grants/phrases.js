// Parts of a sentence about grants that each language builds in its own way: actions, purposes, and names within a list.
import { language } from "../../kit/language.js";
import { messages } from "../../kit/messages.js";
import { withParticles } from "../../kit/particles.js";

/** @import { Grant } from "../answers" */
const ACTION_WORDS = { view: "see", copy: "copy", transfer: "receive", compute: "compute over", publish: "publish", link: "link", contact: "contact you about" };
/** The actions that take the data as their object in Korean, in this order. */
const DIRECT = { view: "열람", copy: "복사", transfer: "전송", publish: "공개", link: "결합" };
const t = messages({ forAll: "for anything", for: "for {list}" }, { forAll: "모든 목적으로", for: "{list} 목적으로" });

/** A name within a sentence: in English it begins with a small letter, unless it is an abbreviation. @type {(name: string) => string} */
export const among = (name) => (/^[A-Z][a-z' ]/.test(name) && language === "en" ? name[0].toLowerCase() + name.slice(1) : name);

/** What it is for, by the names of the purposes; some English names bring their own preposition. @type {(names: string[]) => string} */
export function purposesText(names) {
  if (names.some((name) => name === "everything" || name === "모든 것")) return t("forAll");
  if (language === "ko") return t("for", { list: names.join(", ") });
  const own = names.filter((name) => /^(At|Under) /.test(name)), plain = names.filter((name) => !own.includes(name));
  const parts = [plain.length ? t("for", { list: english(plain.map(among)) }) : "", ...own.map(among)];
  return english(parts.filter(Boolean));
}

/**
 * The actions; in Korean with the data, since each takes a particle of its own. A prohibition is of any of them.
 * @type {(actions: string[], data: string, effect: Grant["effect"]) => string}
 */
export function actionsText(actions, data, effect) {
  if (language !== "ko") return english(Object.entries(ACTION_WORDS).flatMap(([code, verb]) => (actions.includes(code) ? [verb] : [])), effect === "forbid" ? "disjunction" : "conjunction");
  const direct = Object.entries(DIRECT).flatMap(([code, noun]) => (actions.includes(code) ? [noun] : []));
  const frames = [direct.length ? `[을/를] ${direct.join("·")}` : "", actions.includes("compute") ? "[으로/로] 통계를 계산" : "", actions.includes("contact") ? "[와/과] 관련하여 연락" : ""].filter(Boolean);
  return frames.map((frame, index) => withParticles((index ? "이 데이터" : data) + frame)).join(effect === "forbid" ? "하거나 " : "하고 ");
}

/** @type {(list: string[], type?: "conjunction" | "disjunction") => string} */
const english = (list, type = "conjunction") => new Intl.ListFormat("en", { type }).format(list).replace(/, (and|or) /, " $1 ");
