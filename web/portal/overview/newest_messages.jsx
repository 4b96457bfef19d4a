// The newest messages, in short.
import { Bell } from "lucide";
import { Card } from "../../kit/card.jsx";
import { distanceText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Sentence } from "../../kit/sentence.jsx";
import { useOwnLists } from "../live.js";
import { eventIcon, leadOf, messageSentence } from "../messages/event_texts.js";
import { messagesBefore } from "../messages/inbox_pages.js";

const SHOWN = 3;
const t = messages({ title: "Newest messages", all: "All messages" }, { title: "최근 알림", all: "모든 알림" });

/** A card of the newest messages; nothing where there are none. */
export function NewestMessages() {
  const { value, refresh } = useLoaded(() => messagesBefore(null, 1), []), newest = value?.items.slice(0, SHOWN) ?? [];
  useOwnLists("messages", refresh);
  if (!newest.length) return null;
  return (
    <Card id="newest" title={<><Icon of={Bell} /> {t("title")}</>}>
      <ul class="readers">
        {newest.map((message) => (
          <li key={message.message_id} class="fact"><Icon of={eventIcon(message.event)} /><a class="grow" href={leadOf(message)?.path ?? "/portal/inbox"}><Sentence text={messageSentence(message)} /></a><small>{distanceText(message.at)}</small></li>
        ))}
      </ul>
      <div class="actions"><a class="quiet" href="/portal/inbox">{t("all")}</a></div>
    </Card>
  );
}
