// A warning where the name of an organisation looks like another's, or mixes alphabets.
import { language } from "../../kit/language.js";
import { isMixed, lookalikesOf } from "../../kit/lookalikes.js";
import { messages } from "../../kit/messages.js";
import { isolated, Sentence } from "../../kit/sentence.jsx";
import { shortAddress } from "../../portal/parties/parties.js";

/** What has a name in the register. @typedef {{ account: string, name: string, names: { en: string, ko: string } }} Named */
const t = messages(
  { similar: "The name looks like that of {name} ({account}). Compare the accounts.", mixed: "A word of this name mixes letters of several alphabets." },
  { similar: "{name}({account})[와/과] 비슷해 보이는 이름입니다. 계정을 비교해 주세요.", mixed: "이름의 한 낱말에 여러 문자가 섞여 있습니다." },
);
/** The warnings about a name. @type {(one: Named, parties: Named[]) => string[]} */
export function warningsAbout(one, parties) {
  const alike = /** @type {Named[]} */ (lookalikesOf(one, parties));
  return [...alike.map(({ names, account }) => t("similar", { name: isolated(names[language]), account: shortAddress(account) })), ...(isMixed(one.name) ? [t("mixed")] : [])];
}

/** @param {{ of: Named, parties: Named[] }} props */
export const Alike = ({ of: one, parties }) => <>{warningsAbout(one, parties).map((text) => <p class="problem alike" key={text}><Sentence text={text} /></p>)}</>;
