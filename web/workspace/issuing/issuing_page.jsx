// Patients and records of a holder: the part that the address names.
import { useLocation } from "preact-iso";
import { messages } from "../../kit/messages.js";
import { Section } from "../../kit/section.jsx";
import { DeliveriesPart } from "./deliveries_part.jsx";
import { IssuePart } from "./issue_part.jsx";
import { PatientsPart } from "./patients_part.jsx";
import { RecordsPart } from "./records_part.jsx";

const BASE = "/workspace/issuing", PARTS = { patients: PatientsPart, issue: IssuePart, records: RecordsPart, deliveries: DeliveriesPart };
/** @typedef {keyof typeof PARTS} Part */
const t = messages(
  { title: "Patients and records", patients: "Patients", issue: "Issue", records: "Issued records", deliveries: "Deliveries" },
  { title: "환자와 기록", patients: "환자", issue: "발급", records: "발급한 기록", deliveries: "전송과 알림" },
);
const NAMES = /** @type {Part[]} */ (Object.keys(PARTS));
/** @type {(name: Part) => string} */
const addressOf = (name) => (name === "patients" ? BASE : `${BASE}/${name}`);

/** @param {{ part?: string }} props */
export function IssuingPage({ part = "patients" }) {
  const present = NAMES.find((name) => name === part) ?? "patients", { path } = useLocation(), Shown = PARTS[present];
  return (
    <Section id="issuing" title={t("title")}>
      <div class="chips" role="group" aria-label={t("title")}>
        {NAMES.map((name) => <a key={name} class="chip" href={addressOf(name)} aria-current={name === present ? "page" : undefined}>{t(name)}</a>)}
      </div>
      <Shown key={path} />
    </Section>
  );
}
