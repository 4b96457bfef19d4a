// What a person can measure themselves: codes of LOINC and units of UCUM, and the FHIR resource of a value.

/**
 * `parts` are the values that are typed, each with its own code and bounds of what can be a value.
 * @typedef {{ category: string, code: string, text: string, parts: { key: string, code: string, text: string, unit: string, ucum: string, low: number, high: number }[] }} Measurement
 */
/** @type {(key: string, category: string, code: string, text: string, unit: string, ucum: string, low: number, high: number) => Measurement} */
const single = (key, category, code, text, unit, ucum, low, high) => ({ category, code, text, parts: [{ key, code, text, unit, ucum, low, high }] });
const VITALS = "health.vitals";

/** The measurements that the form offers. */
export const MEASUREMENTS = {
  weight: single("weight", VITALS, "29463-7", "Body weight", "kg", "kg", 0.2, 700),
  height: single("height", VITALS, "8302-2", "Body height", "cm", "cm", 20, 280),
  temperature: single("temperature", VITALS, "8310-5", "Body temperature", "°C", "Cel", 25, 45),
  pulse: single("pulse", VITALS, "8867-4", "Heart rate", "/min", "/min", 15, 350),
  pressure: { category: VITALS, code: "85354-9", text: "Blood pressure panel", parts: [
    { key: "systolic", code: "8480-6", text: "Systolic blood pressure", unit: "mmHg", ucum: "mm[Hg]", low: 30, high: 350 },
    { key: "diastolic", code: "8462-4", text: "Diastolic blood pressure", unit: "mmHg", ucum: "mm[Hg]", low: 10, high: 250 },
  ] },
  glucose: single("glucose", "health.lab", "2339-0", "Glucose [Mass/volume] in Blood", "mg/dL", "mg/dL", 5, 2000),
};
/** @typedef {keyof typeof MEASUREMENTS} MeasurementName */

/** The number that was typed, if it can be a value of this part; else null. @type {(part: Measurement["parts"][number], text: string) => number | null} */
export function valueOf({ low, high }, text) {
  const number = Number(text.trim().replace(",", "."));
  return text.trim() && Number.isFinite(number) && number >= low && number <= high ? number : null;
}

/** The FHIR Observation of values at a time (UTC seconds). @type {(measurement: Measurement, values: number[], time: number) => object} */
export function observation({ category, code, text, parts }, values, time) {
  const isLab = category === "health.lab", group = isLab ? ["laboratory", "Laboratory"] : ["vital-signs", "Vital Signs"];
  const quantities = parts.map((part, index) => ({ code: codeOf(part.code, part.text), valueQuantity: { value: values[index], unit: part.unit, system: "http://unitsofmeasure.org", code: part.ucum } }));
  const content = parts.length === 1 ? { valueQuantity: quantities[0].valueQuantity } : { component: quantities };
  const groups = [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: group[0], display: group[1] }] }];
  return { resourceType: "Observation", status: "final", category: groups, code: codeOf(code, text), effectiveDateTime: new Date(time * 1000).toISOString(), ...content };
}

/** @type {(code: string, text: string) => object} */
const codeOf = (code, text) => ({ coding: [{ system: "http://loinc.org", code, display: text }], text });
