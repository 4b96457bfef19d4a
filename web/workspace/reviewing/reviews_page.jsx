// What reviewers examine: emergency accesses and complaints, those past their deadline first.
import { CheckCheck } from "lucide";
import { useState } from "preact/hooks";
import { Empty } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Section } from "../../kit/section.jsx";
import { loadParties } from "../../portal/parties/parties.js";
import { ReviewCard } from "./review_card.jsx";
import { loadQueues, queueName } from "./queues.js";

/** @import { Parties } from "../../portal/parties/parties.js" */
/** @import { Queue } from "./queues.js" */
const SHOWN = 30;
const t = messages(
  { title: "Reviews", intro: "Each access to emergency data, and each complaint of a person, gets a verdict of a reviewer by its deadline. The person reads the verdict and its reason.", queue: "{name} ({count})", queues: "Queues", overdue: "{count, plural, =0 {Nothing is past its deadline.} one {One item is past its deadline.} other {# items are past their deadline.}}", waiting: "Waiting", closed: "With a verdict", none: "Nothing waits for a verdict here.", more: "Show {count} more" },
  { title: "심사", intro: "모든 응급 열람과 당사자의 이의 제기는 기한 안에 심사자의 판정을 받습니다. 판정과 그 이유는 당사자가 읽습니다.", queue: "{name} ({count})", queues: "심사 목록", overdue: "{count, plural, =0 {기한이 지난 건이 없습니다.} other {기한이 지난 건이 #건 있습니다.}}", waiting: "심사 대기", closed: "판정 완료", none: "여기에는 심사를 기다리는 건이 없습니다.", more: "{count}건 더 보기" },
);

/** The page. */
export function ReviewsPage() {
  const loaded = useLoaded(async () => ({ queues: await loadQueues(), parties: await loadParties() }), []);
  return (
    <Section title={t("title")} intro={t("intro")}>
      <Loaded of={loaded}>{({ queues, parties }) => <Queues of={queues} parties={parties} reload={loaded.reload} />}</Loaded>
    </Section>
  );
}

/** @param {{ of: Queue[], parties: Parties, reload: () => Promise<void> }} props */
function Queues({ of: queues, parties, reload }) {
  const [chosen, setChosen] = useState((queues.find(({ waiting }) => waiting) ?? queues[0]).name), queue = queues.find(({ name }) => name === chosen) ?? queues[0];
  return (
    <>
      <div class="chips" role="group" aria-label={t("queues")}>
        {queues.map(({ name, waiting }) => <button type="button" class="chip" id={`queue-${name}`} key={name} aria-pressed={name === chosen} onClick={() => setChosen(name)}>{t("queue", { name: queueName(name), count: waiting })}</button>)}
      </div>
      <p class={queue.overdue ? "bad" : "help"} id="overdue">{t("overdue", { count: queue.overdue })}</p>
      <Items key={`${chosen} waiting`} title={t("waiting")} items={queue.items.filter(({ state }) => state === "waiting")} parties={parties} reload={reload} />
      <Items key={`${chosen} closed`} title={t("closed")} items={queue.items.filter(({ state }) => state !== "waiting")} parties={parties} reload={reload} isOptional />
    </>
  );
}

/** @param {{ title: string, items: Queue["items"], parties: Parties, reload: () => Promise<void>, isOptional?: boolean }} props */
function Items({ title, items, parties, reload, isOptional }) {
  const [shown, setShown] = useState(SHOWN);
  if (!items.length) return isOptional ? null : <Empty icon={<Icon of={CheckCheck} />} text={t("none")} />;
  return (
    <div class="reviews">
      <h3>{title}</h3>
      {items.slice(0, shown).map((item) => <ReviewCard key={item.review_id} of={item} parties={parties} reload={reload} />)}
      {items.length > shown && <div class="actions"><button type="button" class="quiet" onClick={() => setShown(shown + SHOWN)}>{t("more", { count: Math.min(SHOWN, items.length - shown) })}</button></div>}
    </div>
  );
}
