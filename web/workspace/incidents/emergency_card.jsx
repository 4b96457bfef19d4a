// One emergency: how long it is open, what it reaches, its extension, and its review.
import { Siren } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { Badge, Card, Facts } from "../../kit/card.jsx";
import { distanceText, now, timeText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { shortAddress } from "../../portal/parties/parties.js";
import { ExtendForm } from "./extend_form.jsx";
import { endOf } from "./incidents.js";
import { Reached } from "./reached.jsx";

/** @import { Emergency, OwnIncident } from "./incidents.js" */
const TICK_MS = 5000;
const t = messages(
  { title: "Emergency {number}", open: "open", over: "over", left: "{hours, plural, =0 {} one {one hour } other {# hours }}{minutes, plural, =0 {} one {one minute } other {# minutes }}left", person: "Person", reason: "Reason", extended: "Extended to all health records", review: "Review", reviewOf: "Review of the extension",
    waiting: "A reviewer examines it by {due} ({distance}).", justified: "found justified", unjustified: "found unjustified" },
  { title: "응급 상황 {number}", open: "진행 중", over: "끝남", left: "{hours, plural, =0 {} other {#시간 }}{minutes, plural, =0 {} other {#분 }}남음", person: "당사자", reason: "사유", extended: "모든 건강 기록으로 확대", review: "심사", reviewOf: "확대에 대한 심사",
    waiting: "심사자가 {due}까지 심사합니다 ({distance}).", justified: "정당함", unjustified: "정당하지 않음" },
);

/** @param {{ of: Emergency, isFresh: boolean, changed: (incident: string) => Promise<void> }} props */
export function EmergencyCard({ of: emergency, isFresh, changed }) {
  const { declared, extension } = emergency, left = useLeft(endOf(emergency)), isOpen = left > 0, minutes = Math.ceil(left / 60);
  return (
    <Card title={<><Icon of={Siren} /> {t("title", { number: declared.incident_number })}</>} tone={isOpen ? "alarm" : ""} badge={<Badge tone={isOpen ? "bad" : ""}>{t(isOpen ? "open" : "over")}</Badge>}>
      {isOpen && <p class="left">{t("left", { hours: Math.floor(minutes / 60), minutes: minutes % 60 })}</p>}
      <Facts of={[[t("person"), <code key="person">{shortAddress(declared.data_subject)}</code>], [t("reason"), <bdi key="reason">{declared.reason}</bdi>], [t("extended"), extension && <bdi key="extended">{extension.reason}</bdi>]]} />
      {isOpen && <Reached of={emergency} isFresh={isFresh} />}
      {isOpen && !extension && <ExtendForm of={emergency} extended={() => changed(declared.incident)} />}
      <Facts of={[[t("review"), reviewText(declared)], [t("reviewOf"), extension && reviewText(extension)]]} />
    </Card>
  );
}

/** @type {(incident: OwnIncident) => string} */
function reviewText({ state, due, verdict_reason: why }) {
  if (state === "waiting") return t("waiting", { due: timeText(due), distance: distanceText(due) });
  return [t(state), why].filter(Boolean).join(": ");
}

/** The seconds until a time. @type {(end: number) => number} */
function useLeft(end) {
  const [left, setLeft] = useState(end - now());
  useEffect(() => {
    const timer = setInterval(() => setLeft(end - now()), TICK_MS);
    return () => clearInterval(timer);
  }, [end]);
  return left;
}
