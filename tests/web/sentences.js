// What the test of sentences calls: the sentence of grants in a language, with the words of a vocabulary.
import { setLanguage } from "../../web/kit/language.js";
import { answerTo } from "../../web/portal/grants/difference.js";
import { sentenceOf } from "../../web/portal/grants/sentence.js";
import { setVocabulary } from "../../web/portal/vocabulary.js";

export { answerTo, setLanguage, setVocabulary };

/** @param {string} language @param {import("../../web/portal/grants/sentence.js").Subject} subject @param {import("../../web/portal/answers").Grant[]} grants */
export function sentence(language, subject, grants) {
  setLanguage(/** @type {import("../../web/kit/language.js").Language} */ (language));
  return sentenceOf(subject, grants);
}
