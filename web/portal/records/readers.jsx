// Who may read a record now. The question is asked when somebody wants to know: it stands in the log as any other.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { messages } from "../../kit/messages.js";
import { Name } from "../../kit/sentence.jsx";
import { get } from "../api.js";
import { pathOf } from "../timeline/timeline_page.jsx";
import { purposeOf, purposes, purposesAbove } from "../vocabulary.js";
import { inLanguage } from "../words.js";

/** @import { Consent, Reader, RecordView } from "../answers" */
/** @typedef {Reader & { purposes: string[] }} ReaderFor */
const t = messages(
  { ask: "Who can read it now", none: "Nobody can read it now, apart from you.", title: "These can read it now:", emergency: "In an emergency a crew may read what you did not forbid." },
  { ask: "지금 누가 열람할 수 있나", none: "지금은 본인 외에 아무도 열람할 수 없습니다.", title: "지금 열람할 수 있는 곳:", emergency: "응급 상황에서는 구조대가 내가 금지하지 않은 항목을 열람할 수 있습니다." },
);

/** @param {{ of: RecordView }} props */
export function Readers({ of: record }) {
  const [readers, setReaders] = useState(/** @type {ReaderFor[] | null} */ (null));
  if (!readers) return <p><Button id="ask-readers" onClick={async () => setReaders(await readersOf(record))}>{t("ask")}</Button></p>;
  return (
    <div id="readers" role="status">
      <p>{t(readers.length ? "title" : "none")}</p>
      <ul class="places">{readers.map((reader) => <li key={reader.account}><a href={pathOf({ party: reader.account })}><span><strong><Name of={inLanguage(reader.name)} /></strong><small>{reader.purposes.map(purposeOf).join(", ")}</small></span></a></li>)}</ul>
      <p class="help">{t("emergency")}</p>
    </div>
  );
}

/** The parties that may read the record now, for the purposes of the consents that stand. @type {(record: RecordView) => Promise<ReaderFor[]>} */
async function readersOf({ record_id: id, category }) {
  const named = namedPurposes(await get("/consents"), category);
  const answers = await Promise.all(named.map(async (purpose) => ({ purpose, readers: /** @type {Reader[]} */ (await get(`/me/records/${id}/readers?purpose=${encodeURIComponent(purpose)}`)) })));
  /** @type {Map<string, ReaderFor>} */
  const found = new Map();
  for (const { purpose, readers } of answers) for (const reader of readers) found.set(reader.account, { ...reader, purposes: [...(found.get(reader.account)?.purposes ?? []), purpose] });
  return [...found.values()];
}

/** @type {(consents: Consent[], category: string) => string[]} */
function namedPurposes(consents, category) {
  const covers = (/** @type {string} */ granted) => granted === "*" || granted === category || category.startsWith(`${granted}.`);
  const grants = consents.filter(({ status }) => status === "active").flatMap((consent) => consent.grants).filter((grant) => grant.effect === "permit" && grant.categories.some(covers));
  const named = grants.flatMap((grant) => grant.purposes), highest = purposes().filter((code) => purposesAbove(code).length === 1);
  return [...new Set(named.flatMap((purpose) => (purpose === "*" ? highest : [purpose])))];
}
