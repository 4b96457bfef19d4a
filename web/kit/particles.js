// Korean particles after a word that is filled in: 은/는, 이/가, 을/를, 와/과, 으로/로.
import { josa } from "es-hangul";

/** How the ten digits end when they are read aloud in Korean. */
const DIGITS = ["영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"];
const PLACE = /(?<word>[^\s[\]\u2069])(?<after>["'’”)\]\u2069]*)\[(?<options>[가-힣]+\/[가-힣]+)\]/gu;

/**
 * The text with each `[이/가]` replaced by the particle that fits the word before it. Closing quotes, brackets and
 * the end of an isolated name (sentence.jsx) are passed over. Latin words are taken as Koreans read them: a final l, m or n closes the syllable.
 * @type {(text: string) => string}
 */
export const withParticles = (text) =>
  text.replace(PLACE, (_, last, after, options) => last + after + josa.pick(soundOf(last), /** @type {Parameters<typeof josa.pick>[1]} */ (options)));

/** A Hangul syllable that ends as the character does. @type {(last: string) => string} */
function soundOf(last) {
  if (/\d/.test(last)) return DIGITS[Number(last)];
  if (/[lL]/.test(last)) return "알";
  return /[mnMN]/.test(last) ? "안" : /[a-zA-Z]/.test(last) ? "아" : last;
}
