// Opens a record on the page, and says how far its content was verified.
import { BadgeCheck, LockOpen, ShieldQuestion, TriangleAlert } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Fold } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { Content } from "./content.jsx";
import { openRecord } from "./opening.js";

/** @import { RecordView } from "../answers" */
/** @import { OpenedRecord } from "./opening.js" */
const t = messages(
  { open: "Open", close: "Close", help: "It is opened in your browser only. That you read it stands in your own timeline.", verified: "Verified: this is exactly what {name} signed.", own: "Verified: this is exactly what you declared.", matches: "The content is the one of the record's statement; its signature could not be checked to the end.",
    differs: "Careful: this content is not the one that was signed for this record.", steps: "Technical details" },
  { open: "열기", close: "닫기", help: "이 브라우저 안에서만 열립니다. 내가 열람한 사실은 내 조회 기록에 남습니다.", verified: "검증됨: {name}[이/가] 서명한 내용 그대로입니다.", own: "검증됨: 내가 제출한 내용 그대로입니다.", matches: "기록에 적힌 것과 같은 내용입니다. 서명은 끝까지 확인하지 못했습니다.",
    differs: "주의: 이 기록에 서명된 내용과 다릅니다.", steps: "기술 정보" },
);
const ICONS = { verified: BadgeCheck, matches: ShieldQuestion, differs: TriangleAlert }, TONES = { verified: "good", matches: "", differs: "bad" };

/** @param {{ of: RecordView, holder: string }} props */
export function Opening({ of: record, holder }) {
  const [opened, setOpened] = useState(/** @type {OpenedRecord | null} */ (null));
  if (!opened) return <><div class="actions"><Button kind="primary" id="open-record" onClick={async () => setOpened(await openRecord(record))}><Icon of={LockOpen} /> {t("open")}</Button></div><p class="help">{t("help")}</p></>;
  return <div id="opened"><Opened of={opened} holder={holder} isOwn={record.declared_by === "self"} /><Button onClick={() => setOpened(null)}>{t("close")}</Button></div>;
}

/** What was opened, with how far it was verified. @param {{ of: OpenedRecord, holder: string, isOwn?: boolean }} props */
export function Opened({ of: opened, holder, isOwn }) {
  const { state, proved } = opened, word = state === "verified" && isOwn ? "own" : state;
  return (
    <>
      <p class={`seal ${TONES[state]}`} data-state={state}><Icon of={ICONS[state]} /> <span><Sentence text={t(word, { name: isolated(holder) })} /></span></p>
      {state !== "differs" && <Content of={opened} />}
      {proved && <Fold title={t("steps")}><ol class="proof-steps">{proved.steps.map((step) => <li key={step.text}><b aria-hidden="true">{step.held === null ? "?" : step.held ? "✓" : "✗"}</b> {step.text}</li>)}</ol></Fold>}
    </>
  );
}
