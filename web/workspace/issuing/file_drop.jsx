// A place where a file is dropped or chosen.
import { FileUp } from "lucide";
import { useState } from "preact/hooks";
import { Icon } from "../../kit/icon.jsx";
import { Waiting } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { clearNotices, reportProblem } from "../../kit/problems.jsx";
import { readFile } from "./read_file.js";

/** @import { IssueFile } from "./read_file.js" */
const t = messages(
  { label: "File", drop: "Drop a FHIR file here, or any single document", choose: "Choose a file", help: "A FHIR bundle (JSON, or one resource a line) becomes one record for each resource. Any other file becomes one record.", chosen: "{name} · {size} KB{entries, plural, =0 {} one { · one entry} other { · # entries}}", one: "Only one file at a time." },
  { label: "파일", drop: "FHIR 파일이나 문서 하나를 여기에 놓으세요", choose: "파일 선택", help: "FHIR 번들(JSON 또는 한 줄에 하나씩)은 자원마다 기록 하나가 됩니다. 다른 파일은 기록 하나가 됩니다.", chosen: "{name} · {size}KB{entries, plural, =0 {} other { · 항목 #개}}", one: "파일은 한 번에 하나씩 받습니다." },
);

/** `choose` gets the file that was read, and null while another one is read. @param {{ chosen: IssueFile | null, choose: (file: IssueFile | null) => Promise<void> }} props */
export function FileDrop({ chosen, choose }) {
  const [busy, setBusy] = useState(false), [over, setOver] = useState(false);
  const take = async (/** @type {FileList | null | undefined} */ files) => {
    if (!files?.length) return;
    setBusy(true);
    clearNotices();
    try {
      await choose(null);
      if (files.length > 1) throw new Error(t("one"));
      await choose(await readFile(files[0]));
    } catch (error) {
      await reportProblem(/** @type {Error} */ (error));
    } finally {
      setBusy(false);
    }
  };
  const drag = (/** @type {DragEvent} */ event, /** @type {boolean} */ isOver) => {
    event.preventDefault();
    setOver(isOver);
  };
  const drop = (/** @type {DragEvent} */ event) => {
    drag(event, false);
    if (!busy) void take(event.dataTransfer?.files);
  };
  return (
    <>
      <label class={`drop ${over ? "over" : ""}`} onDragOver={(event) => drag(event, true)} onDragLeave={(event) => drag(event, false)} onDrop={drop}>
        <Icon of={FileUp} size={32} />
        <strong>{t("drop")}</strong>
        <span class="help">{t("help")}</span>
        <span class="quiet" aria-hidden="true">{t("choose")}</span>
        <input type="file" id="issue-file" class="visually-hidden" aria-label={t("choose")} disabled={busy} onChange={(event) => void take(event.currentTarget.files).then(() => (/** @type {HTMLInputElement} */ (event.target).value = ""))} />
        {chosen && <span class="chosen"><bdi>{t("chosen", { name: chosen.name, size: Math.ceil(chosen.size / 1024), entries: chosen.kind === "fhir" ? chosen.entries : 0 })}</bdi></span>}
      </label>
      {busy && <Waiting />}
    </>
  );
}
