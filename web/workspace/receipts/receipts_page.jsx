// The receipts of the organisation's own questions, newest first, each with its proof as a file.
import { Download, ScrollText } from "lucide";
import { Button } from "../../kit/button.jsx";
import { Empty } from "../../kit/card.jsx";
import { timeText } from "../../kit/dates.js";
import { saveJson } from "../../kit/files.js";
import { Icon } from "../../kit/icon.jsx";
import { useLive } from "../../kit/live.js";
import { messages } from "../../kit/messages.js";
import { Pages, usePages } from "../../kit/paging.jsx";
import { Section } from "../../kit/section.jsx";
import { get } from "../../portal/api.js";
import { iconOf } from "../../portal/grants/icons.js";
import { categoryOf, purposeOf } from "../../portal/vocabulary.js";
import { actionOf } from "../../portal/words.js";

/** @typedef {{ position: number, message: { category: string, purpose: string, action: string, decidedAt: number, reason: string, recordId: string } }} Receipt */
const t = messages(
  { title: "My receipts", intro: "Every question of yours that was permitted. Each can be proved to anybody, with our help or without.", none: "There are no receipts yet.", line: "{category} · {purpose}", proof: "Save the proof", number: "number {position}", search: "search" },
  { title: "열람 확인서", intro: "허용된 모든 요청의 확인서입니다. 저희 도움 없이도 누구에게나 증명할 수 있습니다.", none: "아직 확인서가 없습니다.", line: "{category} · {purpose}", proof: "증명 저장", number: "{position}번", search: "검색" },
);

/** The page. */
export function ReceiptsPage() {
  const receipts = usePages(async (/** @type {number | null} */ before) => {
    const page = await get(`/me/questions?limit=50${before === null ? "" : `&before=${before}`}`);
    return { items: /** @type {Receipt[]} */ (page.receipts), next: page.next };
  }, []);
  useLive("timeline", receipts.refresh);
  return (
    <Section title={t("title")} intro={t("intro")}>
      <Pages of={receipts}>{(found) => (found.length ? <ul class="rows" id="receipts">{found.map((one) => <Line key={one.position} of={one} />)}</ul> : <Empty icon={<Icon of={ScrollText} />} text={t("none")} />)}</Pages>
    </Section>
  );
}

/** @param {{ of: Receipt }} props */
function Line({ of: { position, message } }) {
  const save = async () => saveJson(`receipt-${position}.json`, await get(`/receipts/${position}`)), isSearch = !/[1-9a-f]/.test(message.recordId.slice(2));
  return (
    <li>
      <div class="row">
        <Icon of={iconOf(message.category)} />
        <span class="grow"><strong>{t("line", { category: categoryOf(message.category), purpose: purposeOf(message.purpose) })}</strong><small>{`${timeText(message.decidedAt)} · ${isSearch ? t("search") : actionOf(message.action)} · ${t("number", { position })}`}</small></span>
        <Button kind="plain" label={`${t("proof")}, ${t("number", { position })}`} onClick={save}><Icon of={Download} size={16} /> {t("proof")}</Button>
      </div>
    </li>
  );
}
