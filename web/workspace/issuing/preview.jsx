// What would be issued, by category; what is skipped and why; and what is there already. Nothing is signed yet.
import { useState } from "preact/hooks";
import { Card, Fold } from "../../kit/card.jsx";
import { dayText } from "../../kit/dates.js";
import { Choice } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { Category } from "../../portal/grants/categories.jsx";
import { categoryOf } from "../../portal/vocabulary.js";
import { Signing } from "./signing.jsx";
import { reasonText } from "./skipped_reasons.js";

/** @import { IssuedRecord } from "./choice.js" */
/** @import { Drafted, Duplicate, IssueDraft, Skipped } from "./drafting.js" */
const MOST_PLACES = 8;
const t = messages(
  { title: "What would be issued", none: "Nothing would be issued.", count: "{count, plural, one {one record} other {# records}}", days: "from {from} to {to}", day: "of {from}", corrects: "This replaces the record of {day} ({category}); the person sees that it was corrected.", further: "A resource that changed since you issued it becomes a further record. To replace one, choose it under Issued records.",
    skipped: "Skipped ({count})", refused: "may be about the person", other: "no record by the standard", duplicates: "Issued already, with the same content ({count})", standing: "Your record of them stands, so they are not issued again.", same: "You issued exactly this content already, and that record stands. Nothing is issued again.", more: "and {count} more" },
  { title: "발급될 내용", none: "발급될 것이 없습니다.", count: "{count}건", days: "{from}부터 {to}까지", day: "{from}", corrects: "{day}에 발급한 기록({category})을 대체합니다. 당사자는 정정된 것을 볼 수 있습니다.", further: "발급한 뒤 바뀐 자원은 새 기록이 됩니다. 기존 기록을 대체하려면 ‘발급한 기록’에서 선택하세요.",
    skipped: "제외 ({count})", refused: "당사자에 관한 것일 수 있음", other: "표준상 기록이 아님", duplicates: "같은 내용으로 이미 발급됨 ({count})", standing: "이미 발급한 기록이 있으므로 다시 발급하지 않습니다.", same: "바로 이 내용을 이미 발급했고 그 기록이 있습니다. 다시 발급하지 않습니다.", more: "외 {count}건" },
);

/** @param {{ of: Drafted, corrects: IssuedRecord | null, again: () => Promise<void> }} props */
export function Preview({ of: { drafts, skipped, duplicates }, corrects, again }) {
  const groups = Object.entries(Object.groupBy(drafts, ({ message }) => message.category)).sort(), [left, setLeft] = useState(/** @type {string[]} */ ([])), [isBegun, setBegun] = useState(false);
  const chosen = drafts.filter(({ message }) => !left.includes(message.category));
  const choose = (/** @type {string} */ code, /** @type {boolean} */ on) => setLeft(on ? left.filter((one) => one !== code) : [...left, code]);
  return (
    <Card title={t("title")} id="preview" tone="open">
      {!drafts.length && <p>{t(duplicates.length && !skipped.length && duplicates.length === 1 ? "same" : "none")}</p>}
      {corrects && drafts.length > 0 && <p>{t("corrects", { day: dayText(corrects.issued_at), category: categoryOf(corrects.category) })}</p>}
      <ul class="rows">
        {groups.map(([code, own = []]) => (
          <li key={code}><Choice value={code} checked={!left.includes(code)} disabled={isBegun || groups.length < 2} onChange={(on) => choose(code, on)}><Category code={code} /><small>{t("count", { count: own.length })} {spanOf(own)}</small></Choice></li>
        ))}
      </ul>
      {skipped.length > 0 && <SkippedList of={skipped} />}
      {duplicates.length > 0 && drafts.length + skipped.length + duplicates.length > 1 && <Duplicates of={duplicates} />}
      {drafts.length > 1 && <p class="help">{t("further")}</p>}
      {drafts.length > 0 && <Signing drafts={chosen} begin={() => setBegun(true)} again={again} />}
    </Card>
  );
}

/** The days that records are about; empty where none says it. @type {(drafts: IssueDraft[]) => string} */
function spanOf(drafts) {
  const days = drafts.map(({ message }) => Number(message.dataFrom)).filter(Boolean).sort((one, other) => one - other);
  if (!days.length) return "";
  const from = dayText(days[0]), to = dayText(days[days.length - 1]);
  return from === to ? t("day", { from }) : t("days", { from, to });
}

/** @param {{ of: Skipped[] }} props */
const SkippedList = ({ of: skipped }) => (
  <Fold title={t("skipped", { count: skipped.length })} id="skipped" open={skipped.some(({ refused }) => refused)}>
    <ul class="skipped-parts">
      {Object.values(Object.groupBy(skipped, ({ reason, refused }) => `${refused} ${reason}`)).map((alike = []) => (
        <li key={alike[0].reason} class={alike[0].refused ? "bad" : ""}><strong>{t(alike[0].refused ? "refused" : "other")}</strong>: <bdi lang={reasonText(alike[0].reason).lang}>{reasonText(alike[0].reason).text}</bdi> <Places of={alike} /></li>
      ))}
    </ul>
  </Fold>
);

/** @param {{ of: Duplicate[] }} props */
const Duplicates = ({ of: duplicates }) => <Fold title={t("duplicates", { count: duplicates.length })} id="duplicates"><p>{t("standing")} <Places of={duplicates} /></p></Fold>;

/** @param {{ of: { resource_type?: string, place?: string }[] }} props */
const Places = ({ of: parts }) => (
  <small><bdi>{parts.slice(0, MOST_PLACES).map(({ resource_type: kind, place }) => [kind, place].filter(Boolean).join(" ")).filter(Boolean).join(", ")}</bdi>{parts.length > MOST_PLACES && ` ${t("more", { count: parts.length - MOST_PLACES })}`}</small>
);
