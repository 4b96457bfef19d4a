// Who may use a record now, and how. The question is asked when somebody wants to know: it stands in the log as any other.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { messages } from "../../kit/messages.js";
import { Name } from "../../kit/sentence.jsx";
import { get } from "../api.js";
import { pathOf } from "../timeline/timeline_page.jsx";
import { purposeOf, purposes, purposesAbove } from "../vocabulary.js";
import { actionOf, inLanguage } from "../words.js";

/** @import { Consent, Reader, RecordView } from "../answers" */
/** What a party may do with it for a purpose. @typedef {{ purpose: string, action: string }} Use */
/** @typedef {Reader & { uses: Use[] }} ReaderFor */
const t = messages(
  { ask: "Who can use it now", none: "Nobody can use it now, apart from you.", title: "These can use it now:", emergency: "In an emergency a crew may read what you did not forbid." },
  { ask: "지금 누가 이용할 수 있나", none: "지금은 본인 외에 아무도 이용할 수 없습니다.", title: "지금 이용할 수 있는 곳:", emergency: "응급 상황에서는 구조대가 내가 금지하지 않은 항목을 열람할 수 있습니다." },
);

/** @param {{ of: RecordView }} props */
export function Readers({ of: record }) {
  const [readers, setReaders] = useState(/** @type {ReaderFor[] | null} */ (null));
  if (!readers) return <p><Button id="ask-readers" onClick={async () => setReaders(await readersOf(record))}>{t("ask")}</Button></p>;
  return (
    <div id="readers" role="status">
      <p>{t(readers.length ? "title" : "none")}</p>
      <ul class="places">{readers.map((reader) => <li key={reader.account}><a href={pathOf({ party: reader.account })}><span><strong><Name of={inLanguage(reader.name)} /></strong><small>{usesText(reader.uses)}</small></span></a></li>)}</ul>
      <p class="help">{t("emergency")}</p>
    </div>
  );
}

/** What a party may do for each purpose, in words. @type {(uses: Use[]) => string} */
const usesText = (uses) => [...Map.groupBy(uses, ({ purpose }) => purpose)].map(([purpose, of]) => `${purposeOf(purpose)} (${of.map(({ action }) => actionOf(action)).join(", ")})`).join(" · ");

/** The parties that may use the record now, as the consents that stand say. @type {(record: RecordView) => Promise<ReaderFor[]>} */
async function readersOf({ record_id: id, category }) {
  const uses = usesOf(await get("/consents"), category);
  const answers = await Promise.all(uses.map(async (use) => ({ use, readers: /** @type {Reader[]} */ (await get(`/me/records/${id}/readers?purpose=${encodeURIComponent(use.purpose)}&action=${use.action}`)) })));
  /** @type {Map<string, ReaderFor>} */
  const found = new Map();
  for (const { use, readers } of answers) for (const reader of readers) found.set(reader.account, { ...reader, uses: [...(found.get(reader.account)?.uses ?? []), use] });
  return [...found.values()];
}

/** @type {(consents: Consent[], category: string) => Use[]} */
function usesOf(consents, category) {
  const covers = (/** @type {string} */ granted) => granted === "*" || granted === category || category.startsWith(`${granted}.`);
  const grants = consents.filter(({ status }) => status === "active").flatMap((consent) => consent.grants).filter((grant) => grant.effect === "permit" && grant.categories.some(covers));
  const highest = purposes().filter((code) => purposesAbove(code).length === 1);
  const named = grants.flatMap(({ purposes: of, actions }) => of.flatMap((purpose) => (purpose === "*" ? highest : [purpose])).flatMap((purpose) => actions.map((action) => ({ purpose, action }))));
  return [...new Map(named.map((use) => [`${use.purpose} ${use.action}`, use])).values()];
}
