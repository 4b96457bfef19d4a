// What is said beside a name that a reader may take for another's.
import { isMixed, lookalikesOf } from "./lookalikes.js";
import { messages } from "./messages.js";

const t = messages(
  { similar: "Looks like {name} ({account}). Compare the accounts before you sign for either.", mixed: "A word of this name mixes letters of several alphabets." },
  { similar: "{name}({account})[와/과] 비슷해 보이는 이름입니다. 서명하기 전에 계정을 비교해 주세요.", mixed: "이름의 한 낱말에 여러 문자가 섞여 있습니다." },
);

/** @import { Named } from "./lookalikes.js" */
/** Marks of a party, by its name, among all parties. @param {{ party: Named, all: Named[] }} props */
export const LookalikeMarks = ({ party, all }) => (
  <>
    {lookalikesOf(party, all).map(({ account, name }) => <p class="warning" key={account}>{t("similar", { name, account })}</p>)}
    {isMixed(party.name) && <p class="warning">{t("mixed")}</p>}
  </>
);
