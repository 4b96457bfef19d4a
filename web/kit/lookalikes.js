// Names that look like another's: letters of other alphabets, digits for letters, and marks that nobody sees.

/** Letters and digits beside the plain ones that they look like; each second character is the plain one. */
const PAIRS = "аaвbеeкkмmнhоoрpсcтtуyхxѕsіiјjԁdԛqԝwһhӏlαaβbεeζzηhιiκkμmνvοoρpτtυuχxγyωwıiɑaɡgοo0o1l|l5s8bօoսuոnհhցgքpɩiꞏ·";
/** @type {Map<string, string>} */
const PLAIN = new Map(Array.from({ length: PAIRS.length / 2 }, (_, index) => [PAIRS[2 * index], PAIRS[2 * index + 1]]));
const UNSEEN = /[\p{Mn}\p{Cf}\p{P}\p{S}\p{Z}]/gu, WORD = /\p{L}+/gu;
/** Alphabets whose letters look like one another's. */
const ALPHABETS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u];
const MANY = [["rn", "m"], ["vv", "w"], ["i", "l"]];

/** What a name looks like: equal for names that a reader takes for one another. @type {(name: string) => string} */
export function looksOf(name) {
  const letters = [...name.normalize("NFKD").toLowerCase()].map((letter) => PLAIN.get(letter) ?? letter).join("");
  return MANY.reduce((text, [drawn, read]) => text.replaceAll(drawn, read), letters.replace(UNSEEN, ""));
}

/** True if a word of the name has letters of several alphabets that look alike. @type {(name: string) => boolean} */
export const isMixed = (name) => (name.normalize("NFKC").match(WORD) ?? []).some((word) => ALPHABETS.filter((alphabet) => alphabet.test(word)).length > 1);

/**
 * The others whose names look like one of this one's.
 * @template {{ account: string, names: string[] }} Named
 * @param {Named} one @param {Named[]} all
 */
export function lookalikesOf(one, all) {
  const looks = new Set(one.names.map(looksOf));
  return all.filter((other) => other.account !== one.account && other.names.some((name) => looks.has(looksOf(name))));
}
