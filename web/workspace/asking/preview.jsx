// A request as the person will read it.
import { Facts } from "../../kit/card.jsx";
import { language } from "../../kit/language.js";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { Categories, Revealing } from "../../portal/grants/categories.jsx";
import { lastDay } from "../../portal/grants/ends.js";
import { sentenceOf } from "../../portal/grants/sentence.js";
import { whoAsks } from "../../portal/parties/who.js";
import { translate } from "../../portal/words.js";
import { presentParty } from "../party.js";
import { grantOf } from "./request_terms.js";

/** @import { Terms } from "./request_terms.js" */
/** @param {{ terms: Terms }} props */
export function Preview({ terms }) {
  const party = presentParty(), grant = grantOf(terms), benefit = language === "ko" ? terms.benefit_ko || terms.benefit : terms.benefit;
  return (
    <>
      <p class="sentence"><Sentence text={sentenceOf({ who: whoAsks(isolated(party.names[language]), party), mood: "asks" }, [grant])} /></p>
      <Categories codes={terms.categories} /><Revealing codes={terms.categories} />
      <Facts of={[[translate("benefit"), benefit && <bdi>{benefit}</bdi>], [translate("until"), lastDay(grant.expires)], [translate("reference"), terms.reference]]} />
    </>
  );
}
