// The content of an opened record, shown as text. What a page cannot show is offered as a file.
import { Download } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge } from "../../kit/card.jsx";
import { saveFile } from "../../kit/files.js";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { lookUp } from "../words.js";
import { plainRows, resourcesOf } from "./fhir.js";
import { resourceText, rowText } from "./fhir_words.js";

/** @import { OpenedRecord } from "./opening.js" */
/** @import { Row, Shown } from "./fhir.js" */
const MOST_TEXT = 100_000;
/** The kinds of pictures that are drawn; a drawing that may hold scripts is not among them. */
const PICTURES = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/avif"];
/** @type {Record<string, string>} */
const ENDINGS = { "application/pdf": "pdf", "application/dicom": "dcm", "application/json": "json", "application/fhir+json": "json", "text/plain": "txt", "text/csv": "csv", "image/png": "png", "image/jpeg": "jpg" };
const t = messages(
  { save: "Save as a file", cut: "Only the beginning is shown; the file has all of it.", file: "This kind of record ({kind}) is opened as a file.", picture: "The picture of this record", outside: "outside the reference range", broken: "This record says that it is JSON, but it cannot be read as such." },
  { save: "파일로 저장", cut: "앞부분만 표시했습니다. 전체 내용은 파일에 있습니다.", file: "이 종류의 기록({kind})은 파일로 열립니다.", picture: "이 기록의 그림", outside: "참고 범위를 벗어남", broken: "JSON이라고 표시된 기록이지만 그렇게 읽을 수 없습니다." },
);

/** @param {{ of: OpenedRecord }} props */
export const Content = ({ of: { kind, content, json } }) => (
  <>
    {json === undefined ? <Readable kind={kind} content={content} /> : <JsonContent of={json} />}
    <div class="actions"><Button onClick={() => saveFile(`record.${lookUp(ENDINGS, kind) ?? "bin"}`, content, "application/octet-stream")}><Icon of={Download} /> {t("save")}</Button></div>
  </>
);

/** @param {{ kind: string, content: Bytes }} props */
function Readable({ kind, content }) {
  if (kind.endsWith("json")) return <><p class="help">{t("broken")}</p><TextContent content={content} /></>;
  if (kind.startsWith("text/")) return <TextContent content={content} />;
  return PICTURES.includes(kind) ? <Picture kind={kind} content={content} /> : <p class="help">{t("file", { kind })}</p>;
}

/** @param {{ of: unknown }} props */
const JsonContent = ({ of: value }) => <>{(resourcesOf(value) ?? [{ type: "", title: "", rows: plainRows(value) }]).map((resource, index) => <Resource key={index} of={resource} />)}</>;

/** @param {{ of: Shown }} props */
const Resource = ({ of: { type, title, rows } }) => (
  <div class="resource">
    {(type || title) && <h3><bdi>{title || resourceText(type)}</bdi> {title && <small>{resourceText(type)}</small>}</h3>}
    <dl>{rows.map((row, index) => <div key={index}><dt><bdi>{rowText(row.name)}</bdi></dt><dd><Value of={row} /></dd></div>)}</dl>
  </div>
);

/** @param {{ of: Row }} props */
const Value = ({ of: { text, isMain, isOutside } }) => <><bdi class={isMain ? "main-value" : "value"}>{text.slice(0, MOST_TEXT)}</bdi>{isOutside && <> <Badge tone="wait">{t("outside")}</Badge></>}</>;

/** @param {{ content: Bytes }} props */
function TextContent({ content }) {
  const text = new TextDecoder().decode(content.subarray(0, MOST_TEXT));
  return <><pre class="text" dir="auto" tabIndex={0}>{text}</pre>{content.length > MOST_TEXT && <p class="help">{t("cut")}</p>}</>;
}

/** A picture, drawn from its bytes: no address of it exists that anything could load. @param {{ kind: string, content: Bytes }} props */
function Picture({ kind, content }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null)), [failed, setFailed] = useState(false);
  useEffect(() => {
    let isGone = false;
    createImageBitmap(new Blob([content], { type: kind })).then((bitmap) => {
      if (!canvas.current || isGone) return;
      Object.assign(canvas.current, { width: bitmap.width, height: bitmap.height });
      canvas.current.getContext("2d")?.drawImage(bitmap, 0, 0);
      bitmap.close();
    }).catch(() => setFailed(true));
    return () => void (isGone = true);
  }, [content]);
  return failed ? <p class="help">{t("file", { kind })}</p> : <canvas ref={canvas} class="picture" role="img" aria-label={t("picture")} width={1} height={1} />;
}
