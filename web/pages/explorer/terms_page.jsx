// The terms of a consent: categories and purposes as trees, what is sensitive, and what an emergency reaches.
import { useState } from "preact/hooks";
import { Badge } from "../../kit/card.jsx";
import { Field } from "../../kit/form.jsx";
import { language } from "../../kit/language.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { get } from "./answers.js";

/** @typedef {{ label: string, label_ko: string }} Label */
/** @typedef {{ categories: Record<string, Label>, purposes: Record<string, Label & { above: string }>, actions: string[], conditions: string[], emergency: { urgent: string[], further: string[] }, sensitivity: { kinds: Record<string, Label>, categories: Record<string, string[]> } }} Vocabulary */
const t = messages(
  {
    categories: "Categories of data", categoriesHelp: "A consent for a category covers every category below it.", purposes: "Purposes", purposesHelp: "A consent for a purpose covers every purpose below it.",
    urgent: "reached in an emergency", further: "reached by an extended emergency", sensitive: "may reveal: {kinds}", find: "Find a term", none: "No term has this word.", actions: "Actions and conditions", actionsHelp: "What may be done, and what a grant may make it depend on.",
  },
  {
    categories: "데이터 항목", categoriesHelp: "한 항목에 동의하면 그 아래 항목도 모두 포함됩니다.", purposes: "이용 목적", purposesHelp: "한 목적에 동의하면 그 아래 목적도 모두 포함됩니다.",
    urgent: "응급 때 열람 가능", further: "연장된 응급 때 열람 가능", sensitive: "드러날 수 있는 것: {kinds}", find: "용어 찾기", none: "이 말이 들어간 용어가 없습니다.", actions: "행위와 조건", actionsHelp: "할 수 있는 행위와, 허용에 붙일 수 있는 조건입니다.",
  },
);

/** @type {(term: Label) => string} */
const labelOf = (term) => (language === "ko" ? term.label_ko : term.label);
/** @type {(code: string) => string} */
const areaOf = (code) => code.slice(0, Math.max(0, code.lastIndexOf(".")));

/** Categories, purposes, actions and conditions. */
export function TermsPage() {
  const vocabulary = useLoaded(() => get("/vocabulary"), []);
  return <Loaded of={vocabulary}>{(/** @type {Vocabulary} */ all) => <Terms of={all} />}</Loaded>;
}

/** @param {{ of: Vocabulary }} props */
const Terms = ({ of: { categories, purposes, actions, conditions, emergency, sensitivity } }) => (
  <>
    <section aria-labelledby="categories-title">
      <h2 id="categories-title">{t("categories")}</h2>
      <p class="help">{t("categoriesHelp")}</p>
      <FoundTerms terms={categories} aboveOf={(code) => nearest(areaOf(code), categories)} marks={(code) => <CategoryMarks code={code} emergency={emergency} sensitivity={sensitivity} />} />
    </section>
    <section aria-labelledby="purposes-title">
      <h2 id="purposes-title">{t("purposes")}</h2>
      <p class="help">{t("purposesHelp")}</p>
      <FoundTerms terms={purposes} aboveOf={(code) => purposes[code].above} />
    </section>
    <section aria-labelledby="actions-title">
      <h2 id="actions-title">{t("actions")}</h2>
      <p class="help">{t("actionsHelp")}</p>
      <p class="codes">{[...actions, ...conditions].map((code) => <code key={code}>{code}</code>)}</p>
    </section>
  </>
);

/** The code, or the nearest one above it, that is declared; empty if there is none. @type {(code: string, terms: Record<string, Label>) => string} */
const nearest = (code, terms) => (!code || terms[code] ? code : nearest(areaOf(code), terms));

/** @typedef {{ terms: Record<string, Label>, aboveOf: (code: string) => string, marks?: (code: string) => preact.ComponentChildren }} TreeProps */

/** The terms as a tree whose branches are folded, or those that have a word that is looked for. @param {TreeProps} props */
function FoundTerms(props) {
  const [word, setWord] = useState(""), { terms, marks } = props, wanted = word.trim().toLowerCase();
  const found = Object.keys(terms).filter((code) => `${code} ${terms[code].label} ${terms[code].label_ko}`.toLowerCase().includes(wanted)).sort();
  return (
    <>
      <Field label={t("find")}>{(ids) => <input type="search" {...ids} value={word} maxLength={80} onInput={(event) => setWord(event.currentTarget.value)} />}</Field>
      {wanted ? <ul class="tree" aria-live="polite">{found.map((code) => <li key={code}><TermText code={code} terms={terms} marks={marks} /></li>)}</ul> : <Tree {...props} top="" />}
      {wanted && !found.length && <p class="help">{t("none")}</p>}
    </>
  );
}

/** @param {TreeProps & { top: string }} props */
function Tree({ top, ...props }) {
  const { terms, aboveOf } = props, codes = Object.keys(terms).filter((code) => aboveOf(code) === top).sort();
  const hasBelow = new Set(Object.keys(terms).map(aboveOf));
  return (
    <ul class="tree">
      {codes.map((code) => (
        <li key={code} id={code}>
          {hasBelow.has(code) ? <details><summary><TermText code={code} {...props} /></summary><Tree {...props} top={code} /></details> : <TermText code={code} {...props} />}
        </li>
      ))}
    </ul>
  );
}

/** @param {Pick<TreeProps, "terms" | "marks"> & { code: string }} props */
const TermText = ({ code, terms, marks }) => <>{labelOf(terms[code])} <code>{code}</code> {marks?.(code)}</>;

/** @param {{ code: string, emergency: Vocabulary["emergency"], sensitivity: Vocabulary["sensitivity"] }} props */
const CategoryMarks = ({ code, emergency, sensitivity: { kinds, categories } }) => (
  <>
    {emergency.urgent.includes(code) && <Badge tone="wait">{t("urgent")}</Badge>}
    {emergency.further.includes(code) && <Badge>{t("further")}</Badge>}
    {categories[code] && <Badge tone="bad">{t("sensitive", { kinds: categories[code].map((kind) => (kinds[kind] ? labelOf(kinds[kind]) : kind)).join(", ") })}</Badge>}
  </>
);
