// Checking all records at once: is each still what its holder signed, and on chain? The server opens them for the person.
import { ShieldCheck } from "lucide";
import { Button } from "../../kit/button.jsx";
import { Badge } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { asPerson, post } from "../api.js";

/** @import { Tone } from "../../kit/card.jsx" */
/** @import { RecordView } from "../answers" */
/** @typedef {"verified" | "altered" | "not_anchored" | "unknown"} Finding */
/** The finding for each record id that was checked. @typedef {Map<string, Finding>} Findings */
const AT_ONCE = 200;
/** @type {Record<Finding, Tone>} */
const TONES = { verified: "good", altered: "bad", not_anchored: "wait", unknown: "wait" };
const t = messages(
  { check: "Check them all", verified: "verified", altered: "altered", not_anchored: "not on chain yet", unknown: "cannot be checked now",
    result: "{verified} of {count} are exactly what was signed.", bad: "{count, plural, =1 {One record is} other {# records are}} not what was signed. Do not rely on {count, plural, =1 {it} other {them}}, and ask who issued {count, plural, =1 {it} other {them}}." },
  { check: "모두 검증하기", verified: "검증됨", altered: "변경됨", not_anchored: "체인 기록 중", unknown: "지금은 검증할 수 없음",
    result: "{count}건 중 {verified}건이 서명된 내용 그대로입니다.", bad: "{count}건은 서명된 내용과 다릅니다. 사용하지 마시고 발급 기관에 문의하세요." },
);

/** Check records in groups; `tell` is given what is known after each. @type {(records: RecordView[], tell: (findings: Findings) => void) => Promise<void>} */
async function check(records, tell) {
  const findings = /** @type {Findings} */ (new Map()), ids = records.filter(({ status }) => status !== "erased").map(({ record_id: id }) => id);
  for (let first = 0; first < ids.length; first += AT_ONCE) {
    const answer = /** @type {{ record_id: string, status: Finding }[]} */ (await post(asPerson("/records/verifications"), { records: ids.slice(first, first + AT_ONCE) }));
    for (const { record_id: id, status } of answer) findings.set(id, status);
    tell(new Map(findings));
  }
}

/** @param {{ of: RecordView[], findings: Findings, tell: (findings: Findings) => void }} props */
export function CheckAll({ of: records, findings, tell }) {
  const found = [...findings.values()], count = (/** @type {Finding} */ kind) => found.filter((one) => one === kind).length;
  return (
    <div class="check-all">
      <Button id="check-all" onClick={() => check(records, tell)}><Icon of={ShieldCheck} /> {t("check")}</Button>
      <span role="status">{found.length > 0 && t("result", { verified: count("verified"), count: found.length })}</span>
      {count("altered") > 0 && <p class="problem" role="alert">{t("bad", { count: count("altered") })}</p>}
    </div>
  );
}

/** The finding for one record, once there is one. @param {{ of: Finding | undefined }} props */
export const FindingBadge = ({ of: finding }) => (finding ? <Badge tone={TONES[finding]}>{t(finding)}</Badge> : null);
