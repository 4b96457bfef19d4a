// Choices among the terms of the vocabulary, by their names.
import { Field } from "../kit/form.jsx";
import { allTerms, categoryOf, purposeOf } from "../portal/vocabulary.js";

/** One category or purpose. @param {{ kind: "categories" | "purposes", label: string, value: string, onChange: (code: string) => void }} props */
export function Term({ kind, label, value, onChange }) {
  const nameOf = kind === "categories" ? categoryOf : purposeOf, codes = allTerms(kind);
  const depth = (/** @type {string} */ code) => (kind === "categories" ? code.split(".").length - 1 : 0);
  return (
    <Field label={label}>
      {(ids) => (
        <select {...ids} name={kind} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {codes.map((code) => <option key={code} value={code}>{`${"\u2003".repeat(depth(code))}${nameOf(code)}`}</option>)}
        </select>
      )}
    </Field>
  );
}
