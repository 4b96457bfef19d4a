// One line of the timeline: what was asked and answered, its proof, and a complaint about it.
import { timeText } from "../../kit/dates.js";
import { Badge } from "../../kit/card.jsx";
import { saveJson } from "../../kit/files.js";
import { messages } from "../../kit/messages.js";
import { Button } from "../../kit/button.jsx";
import { Sentence } from "../../kit/sentence.jsx";
import { ProofCheck } from "../proofs/proof_check.jsx";
import { asPerson, get, subjectOf } from "../api.js";
import { presentAccount } from "../session.js";
import { purposeOf } from "../vocabulary.js";
import { ComplaintView } from "./complaint.jsx";
import { isReceipt } from "./groups.js";
import { lineSentence } from "./sentences.js";

/** @import { Access } from "../answers" */
const NO_RECORD = /^0x0+$/, ADDRESS = 42;
/** @type {Record<string, "no_consent" | "forbidden" | "outdated" | "noRecord">} */
const WHY = { no_consent: "no_consent", refused: "forbidden", blocked: "forbidden", needs_reconsent: "outdated", no_record: "noRecord", wrong_category: "noRecord" };
const t = messages(
  { permitted: "permitted", refused: "refused", emergency: "emergency", no_consent: "no consent of yours permits it", forbidden: "you forbade it", outdated: "the consent was for an older notice", noRecord: "no such record",
    self: "declared by yourself", paper: "consent on paper", onChain: "on chain, block {block}", notOnChain: "not on chain yet", record: "The record", opened: "The reader confirmed that they opened it", save: "Save the proof" },
  { permitted: "허용", refused: "거절", emergency: "응급", no_consent: "허용하는 동의가 없음", forbidden: "내가 금지함", outdated: "이전 고지문에 대한 동의", noRecord: "해당 기록 없음",
    self: "본인 제출", paper: "종이 동의", onChain: "체인 기록됨, 블록 {block}", notOnChain: "체인 기록 중", record: "해당 기록", opened: "열람자가 열람을 확인함", save: "증명 저장" },
);

/** @param {{ of: Access }} props */
export function Line({ of: line }) {
  const receipt = isReceipt(line) ? line.document.message : null, why = receipt && !receipt.permitted && WHY[receipt.reason];
  return (
    <li class="line" data-position={line.position}>
      <div class="top">
        <span><Sentence text={lineSentence(line)} /></span>
        {receipt ? <Badge tone={receipt.permitted ? "good" : ""}>{t(receipt.permitted ? "permitted" : "refused")}</Badge> : <Badge tone="bad">{t("emergency")}</Badge>}
      </div>
      <p class="when">{[timeText(line.accepted_at), receipt && purposeOf(receipt.purpose), why && t(why), line.block === null ? t("notOnChain") : t("onChain", { block: line.block })].filter(Boolean).join(" · ")}</p>
      <Marks of={line} />
      <div class="actions small">
        <ProofCheck load={() => provable(line)} matches={(statement) => isSame(line, statement)} />
        {receipt && !NO_RECORD.test(receipt.recordId) && <a href={`/portal/records/${receipt.recordId}`}>{t("record")}</a>}
        <Button kind="plain" onClick={async () => saveJson(`access-${line.position}.json`, (await provable(line)).document)}>{t("save")}</Button>
        <ComplaintView of={line} />
      </div>
    </li>
  );
}

/** @param {{ of: Access }} props */
function Marks({ of: { declared_by: declaredBy, on_paper: onPaper, opened, text } }) {
  const marks = [declaredBy === "self" && t("self"), onPaper.length > 0 && t("paper"), opened && t("opened")].filter(Boolean), link = /, by the link `.*$/s.exec(text);
  return <>{marks.length > 0 && <p class="marks">{marks.map((mark) => <Badge key={String(mark)} tone="wait">{mark}</Badge>)}</p>}{link && <p class="help"><bdi>{link[0].slice(2)}</bdi></p>}</>;
}

/** The line as it is now: one that was not on chain when it was loaded may be by now. @type {(line: Access) => Promise<Access>} */
async function provable(line) {
  if (line.block !== null) return line;
  const { accesses } = await get(asPerson(`/me/timeline?before=${line.position + 1}&limit=1`));
  return accesses[0]?.position === line.position ? accesses[0] : line;
}

/** True if what was proved is what the line shows: about this person, by that party, under its name. @type {(line: Access, statement: Record<string, unknown>) => Promise<boolean>} */
async function isSame({ kind, document, requester, requester_name: name }, statement) {
  const plain = (/** @type {unknown} */ value) => String(value).toLowerCase();
  const members = { ...document.message, dataSubject: subjectOf(presentAccount().signer), [kind === "AccessReceipt" ? "requester" : "responder"]: requester };
  if (document.kind !== kind || !Object.entries(members).every(([member, value]) => plain(value) === plain(statement[member]))) return false;
  const party = requester.length === ADDRESS ? await get(`/parties/${requester}`).catch(() => null) : null;
  return !party || party.name === name;
}
