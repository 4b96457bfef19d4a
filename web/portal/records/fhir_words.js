// Names of the rows of FHIR resources, and of the resources themselves.
import { lookUp } from "../words.js";
import { messages } from "../../kit/messages.js";

/** @import { RowName } from "./fhir.js" */
export const WORDS = {
  value: "Result", range: "Reference range", interpretation: "Assessment", when: "When", status: "Status", note: "Note", clinicalStatus: "State", severity: "Severity", since: "Since", until: "Until",
  recorded: "Recorded", medication: "Medicine", dosage: "Dosage", reason: "Reason", reaction: "Reaction", criticality: "Criticality",
};
const t = messages(WORDS, {
  value: "결과", range: "참고 범위", interpretation: "판정", when: "일시", status: "상태", note: "메모", clinicalStatus: "상태", severity: "중증도", since: "시작", until: "끝",
  recorded: "기록일", medication: "약", dosage: "용법", reason: "이유", reaction: "반응", criticality: "위험도",
});
const TYPES = {
  Observation: "Observation", Condition: "Diagnosis", MedicationRequest: "Prescription", MedicationStatement: "Medication", AllergyIntolerance: "Allergy", Immunization: "Immunisation", Procedure: "Procedure",
  DiagnosticReport: "Report", Encounter: "Visit", Patient: "Person", Device: "Device", CarePlan: "Care plan", DocumentReference: "Document",
};
const typeText = messages(TYPES, {
  Observation: "검사·관찰", Condition: "진단", MedicationRequest: "처방", MedicationStatement: "복용 약", AllergyIntolerance: "알레르기", Immunization: "예방접종", Procedure: "시술·수술",
  DiagnosticReport: "보고서", Encounter: "진료 방문", Patient: "인적 사항", Device: "의료기기", CarePlan: "치료 계획", DocumentReference: "문서",
});

/** The name of a row in the page's language. @type {(name: RowName) => string} */
export const rowText = (name) => (typeof name === "object" ? name.text : t(name));

/** The name of a kind of resource; its FHIR name where there is no other. @type {(type: string) => string} */
export const resourceText = (type) => (lookUp(TYPES, type) ? typeText(/** @type {keyof typeof TYPES} */ (type)) : type);
