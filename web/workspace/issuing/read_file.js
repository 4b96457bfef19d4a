// A file that is to be issued, read in the browser: FHIR as one text of many resources, or one record of any other kind.
// What is too large or no JSON is refused here, before anything is sent.
import { messages } from "../../kit/messages.js";

/**
 * `content` is what is sent: a text of FHIR, or the bytes of one record. `entries` counts the entries of FHIR.
 * @typedef {{ name: string, size: number } & ({ kind: "fhir", content: string, entries: number } | { kind: "single", content: Bytes, mediaType: string })} IssueFile
 */
const MIB = 1024 * 1024, MOST_FHIR = 64 * MIB - 1, MOST_SINGLE = 16 * MIB, MOST_ENTRIES = 20_000;
const JSON_NAME = /\.(json|ndjson|jsonl|fhir)$/i, JSON_TYPE = /[/+]json$/, MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;
const t = messages(
  { large: "This file has {size} MB. A page takes {most} MB at most; larger ones are issued on the command line: mydata issue.", entries: "This file has {count, number} entries. At most {most, number} are issued at once: split it into several files.", broken: "This file ends in .json, but it is not JSON that can be read. Nothing was sent. Export it anew.", empty: "This file is empty." },
  { large: "이 파일은 {size}MB입니다. 화면에서는 {most}MB까지 받으며, 더 큰 파일은 명령줄(mydata issue)로 발급합니다.", entries: "이 파일에는 항목이 {count, number}개 있습니다. 한 번에 {most, number}개까지 발급합니다. 여러 파일로 나눠 주세요.", broken: "JSON 파일이라고 하지만 읽을 수 있는 JSON이 아닙니다. 아무것도 보내지 않았습니다. 다시 내보내 주세요.", empty: "빈 파일입니다." },
);

/** The file. Throws with a sentence for one that is empty, too large, has too many entries, or is broken. @type {(file: File) => Promise<IssueFile>} */
export async function readFile(file) {
  const { name, size, type } = file, isJson = JSON_NAME.test(name) || JSON_TYPE.test(type);
  if (!size) throw new Error(t("empty"));
  checkSize(size, isJson ? MOST_FHIR : MOST_SINGLE);
  if (!isJson) return { name, size, kind: "single", content: await bytesOf(file), mediaType: MEDIA_TYPE.test(type) ? type : "application/octet-stream" };
  const content = await file.text(), documents = documentsOf(content.replace(/^\ufeff/, ""));
  if (!documents.some(isResource)) {
    checkSize(size, MOST_SINGLE);
    return { name, size, kind: "single", content: await bytesOf(file), mediaType: "application/json" };
  }
  const entries = documents.reduce((/** @type {number} */ sum, one) => sum + entriesOf(one), 0);
  if (entries > MOST_ENTRIES) throw new Error(t("entries", { count: entries, most: MOST_ENTRIES }));
  return { name, size, kind: "fhir", content, entries };
}

/** @type {(file: File) => Promise<Bytes>} */
const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

/** @type {(size: number, most: number) => void} */
function checkSize(size, most) {
  if (size > most) throw new Error(t("large", { size: Math.ceil(size / MIB), most: Math.round(most / MIB) }));
}

/** The JSON values of a text: one, or one a line. Throws with a sentence. @type {(text: string) => unknown[]} */
function documentsOf(text) {
  try {
    return [JSON.parse(text)];
  } catch {
    return linesOf(text);
  }
}

/** @type {(text: string) => unknown[]} */
function linesOf(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  try {
    if (lines.length < 2) throw new SyntaxError();
    return lines.map((line) => JSON.parse(line));
  } catch {
    throw new Error(t("broken"));
  }
}

/** @param {unknown} value @returns {value is { resourceType: string, entry?: unknown, parameter?: unknown }} */
function isResource(value) {
  return typeof value === "object" && value !== null && "resourceType" in value && typeof value.resourceType === "string";
}

/** @type {(value: unknown) => number} */
function entriesOf(value) {
  const inner = isResource(value) ? (value.entry ?? value.parameter) : undefined;
  return Array.isArray(inner) ? inner.length : 1;
}
