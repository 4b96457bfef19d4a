// The categories of the vocabulary, each with those below it; a chosen one covers all below.
import { Choice } from "../../kit/form.jsx";
import { Fold } from "../../kit/card.jsx";
import { Category } from "../../portal/grants/categories.jsx";
import { covers } from "../../portal/grants/clauses.js";
import { allTerms, categoryOf, topCategories } from "../../portal/vocabulary.js";

/** @param {{ chosen: string[], onChange: (categories: string[]) => void }} props */
export const CategoryTree = ({ chosen, onChange }) => <div class="tree-of-categories">{topCategories().map((code) => <Branch key={code} code={code} chosen={chosen} onChange={onChange} />)}</div>;

/** @param {{ code: string, chosen: string[], onChange: (categories: string[]) => void }} props */
function Branch({ code, chosen, onChange }) {
  const below = allTerms("categories").filter((one) => one !== code && covers(code, one) && !one.slice(code.length + 1).includes(".")), above = chosen.some((one) => one !== code && covers(one, code));
  const choose = (/** @type {boolean} */ on) => onChange(on ? [...chosen.filter((one) => !covers(code, one)), code] : chosen.filter((one) => one !== code));
  const choice = <Choice value={code} checked={above || chosen.includes(code)} disabled={above} onChange={choose}><Category code={code} /></Choice>;
  if (!below.length) return choice;
  return <Fold title={categoryOf(code)} open={chosen.some((one) => covers(code, one))}>{choice}<div class="below">{below.map((one) => <Branch key={one} code={one} chosen={chosen} onChange={onChange} />)}</div></Fold>;
}
