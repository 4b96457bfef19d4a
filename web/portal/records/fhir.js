// What a FHIR resource says, as rows of a name and a text. All of it is text of others: it is shown as text and nothing else.
// Numbers come as texts, with the digits that were signed.

/** @typedef {{ [name: string]: unknown }} Json */
/** @import { WORDS } from "./fhir_words.js" */
/** A name of a row: a word of the page, or the resource's own. @typedef {keyof typeof WORDS | { text: string }} RowName */
/** @typedef {{ name: RowName, text: string, isMain?: boolean, isOutside?: boolean }} Row */
/** @typedef {{ type: string, title: string, rows: Row[] }} Shown */
const MOST_ROWS = 400, MOST_DEPTH = 12, MOST_ENTRIES = 200;
const HIDDEN = ["resourceType", "id", "meta", "text", "contained", "implicitRules", "identifier"];

/** The resources of a FHIR document, or null if it is none; a Bundle has several. @type {(value: unknown) => Shown[] | null} */
export function resourcesOf(value) {
  const resource = objectOf(value);
  if (typeof resource.resourceType !== "string") return null;
  if (resource.resourceType !== "Bundle") return [shownOf(resource)];
  return listOf(resource.entry).slice(0, MOST_ENTRIES).map((entry) => objectOf(objectOf(entry).resource)).filter(({ resourceType }) => typeof resourceType === "string").map(shownOf);
}

/** @type {(resource: Json) => Shown} */
function shownOf(resource) {
  const type = String(resource.resourceType), reader = Object.hasOwn(READERS, type) ? READERS[type] : null;
  return { type, title: titleOf(resource), rows: (reader?.(resource) ?? plainRows(resource)).filter(({ text }) => text).slice(0, MOST_ROWS) };
}

/** @type {(resource: Json) => string} */
const titleOf = ({ code, medicationCodeableConcept: medication, vaccineCode: vaccine, type, title }) =>
  [code, medication, vaccine, type].map(conceptText).find(Boolean) || textOf(title);

/** Every member of a JSON value, by its path. @type {(value: unknown) => Row[]} */
export const plainRows = (value) => membersOf(value, "", 0).filter(({ name }) => typeof name !== "object" || !HIDDEN.includes(name.text)).slice(0, MOST_ROWS);

/** @type {(observation: Json) => Row[]} */
function observationRows(observation) {
  const parts = listOf(observation.component).map(objectOf);
  return [
    ...valueRows(observation),
    ...parts.flatMap((part) => valueRows(part).map((row) => (row.name === "value" ? { ...row, name: { text: conceptText(part.code) } } : row))),
    { name: "when", text: timeOf(observation) },
    { name: "status", text: textOf(observation.status) },
    { name: "note", text: listOf(observation.note).map((note) => textOf(objectOf(note).text)).join("\n") },
  ];
}

/** @type {(observation: Json) => Row[]} */
function valueRows(observation) {
  const ranges = listOf(observation.referenceRange).map(objectOf), value = valueText(observation), number = Number(objectOf(observation.valueQuantity).value);
  const isOutside = ranges.length === 1 && !isAppliedTo(ranges[0]) && isBeyond(number, ranges[0]);
  return [
    { name: "value", text: value, isMain: true, isOutside },
    { name: "range", text: ranges.map(rangeText).filter(Boolean).join("; ") },
    { name: "interpretation", text: listOf(observation.interpretation).map(conceptText).join(", ") },
  ];
}

/** @type {(resource: Json) => string} */
function valueText(resource) {
  const choice = Object.entries(resource).find(([name, value]) => name.startsWith("value") && value !== null);
  if (!choice) return conceptText(resource.dataAbsentReason);
  const [name, value] = choice;
  if (name === "valueQuantity") return quantityText(value);
  if (name === "valueCodeableConcept") return conceptText(value);
  if (name === "valueRange") return rangeText(objectOf(value));
  return typeof value === "object" ? membersOf(value, "", 0).map(({ text }) => text).join(" ") : textOf(value);
}

/** @type {(condition: Json) => Row[]} */
const conditionRows = (condition) => [
  { name: "clinicalStatus", text: conceptText(condition.clinicalStatus) },
  { name: "severity", text: conceptText(condition.severity) },
  { name: "since", text: textOf(condition.onsetDateTime) || textOf(condition.onsetString) },
  { name: "until", text: textOf(condition.abatementDateTime) },
  { name: "recorded", text: textOf(condition.recordedDate) },
  { name: "note", text: listOf(condition.note).map((note) => textOf(objectOf(note).text)).join("\n") },
];

/** @type {(request: Json) => Row[]} */
const medicationRows = (request) => [
  { name: "medication", text: conceptText(request.medicationCodeableConcept) || conceptText(objectOf(request.medication).concept) },
  { name: "dosage", text: listOf(request.dosageInstruction ?? request.dosage).map((one) => textOf(objectOf(one).text)).join("\n"), isMain: true },
  { name: "status", text: textOf(request.status) },
  { name: "when", text: textOf(request.authoredOn) || timeOf(request) },
  { name: "reason", text: listOf(request.reasonCode).map(conceptText).join(", ") },
];

/** @type {(allergy: Json) => Row[]} */
const allergyRows = (allergy) => [
  { name: "reaction", text: listOf(allergy.reaction).flatMap((one) => listOf(objectOf(one).manifestation)).map((one) => conceptText(one) || conceptText(objectOf(one).concept)).join(", "), isMain: true },
  { name: "criticality", text: textOf(allergy.criticality) },
  { name: "clinicalStatus", text: conceptText(allergy.clinicalStatus) },
  { name: "since", text: textOf(allergy.onsetDateTime) },
  { name: "recorded", text: textOf(allergy.recordedDate) },
];

/** @type {Record<string, (resource: Json) => Row[]>} */
const READERS = { Observation: observationRows, Condition: conditionRows, MedicationRequest: medicationRows, MedicationStatement: medicationRows, AllergyIntolerance: allergyRows };

/** @type {(resource: Json) => string} */
function timeOf({ effectiveDateTime, effectivePeriod, effectiveInstant, issued }) {
  const { start, end } = objectOf(effectivePeriod);
  return textOf(effectiveDateTime) || textOf(effectiveInstant) || [textOf(start), textOf(end)].filter(Boolean).join(" – ") || textOf(issued);
}

/** @type {(value: unknown) => string} */
function quantityText(value) {
  const { value: number, unit, code, comparator } = objectOf(value);
  return [textOf(comparator) + textOf(number), textOf(unit) || textOf(code)].filter(Boolean).join(" ");
}

/** @type {(range: Json) => string} */
function rangeText({ low, high, text }) {
  const [from, to] = [quantityText(low), quantityText(high)];
  if (!from && !to) return textOf(text);
  return from && to ? `${from} – ${to}` : from ? `≥ ${from}` : `≤ ${to}`;
}

/** @type {(value: number, range: Json) => boolean} */
function isBeyond(value, { low, high }) {
  const [from, to] = [low, high].map((end) => Number(objectOf(end).value));
  return value < from || value > to;
}

/** A range for some people only says nothing about this one. @type {(range: Json) => boolean} */
const isAppliedTo = ({ appliesTo, age }) => Boolean(appliesTo ?? age);

/** The text of a CodeableConcept or of one coding. @type {(value: unknown) => string} */
function conceptText(value) {
  const { text, coding, display, code } = objectOf(value), first = objectOf(listOf(coding)[0]);
  return textOf(text) || textOf(first.display) || textOf(display) || textOf(first.code) || textOf(code);
}

/** @type {(value: unknown, path: string, depth: number) => Row[]} */
function membersOf(value, path, depth) {
  if (typeof value !== "object" || value === null) return [{ name: { text: path }, text: textOf(value) }];
  if (depth >= MOST_DEPTH) return [{ name: { text: path }, text: "…" }];
  const entries = Array.isArray(value) ? value.map((item, index) => [value.length > 1 ? `${path} ${index + 1}` : path, item]) : Object.entries(value).map(([name, item]) => [path ? `${path} › ${name}` : name, item]);
  /** @type {Row[]} */
  const rows = [];
  for (const [name, item] of entries) {
    if (rows.length > MOST_ROWS) break;
    if (depth || !HIDDEN.includes(name)) rows.push(...membersOf(item, name, depth + 1));
  }
  return rows;
}

/** @type {(value: unknown) => string} */
const textOf = (value) => (["string", "number", "boolean"].includes(typeof value) ? String(value) : "");
/** @type {(value: unknown) => unknown[]} */
const listOf = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
/** @type {(value: unknown) => Json} */
const objectOf = (value) => (typeof value === "object" && value !== null && !Array.isArray(value) ? /** @type {Json} */ (value) : {});
