// The messages to the person by day, the newest first.
import { Bell } from "lucide";
import { Empty } from "../../kit/card.jsx";
import { dayDistanceText, dayKey, dayText, startOfDay } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Pages, usePages } from "../../kit/paging.jsx";
import { get } from "../api.js";
import { useOwnLists } from "../live.js";
import { watched } from "../watched.js";
import { MessageCard } from "./message_card.jsx";
import { messagesBefore } from "./inbox_pages.js";

/** @import { Message, Review } from "../answers" */
/** @import { Cursor } from "./inbox_pages.js" */
const t = messages(
  { title: "Messages", none: "Nothing yet. Each request, use and withdrawal will be told to you here." },
  { title: "알림", none: "아직 없습니다. 요청, 이용, 철회가 있을 때마다 여기에 알려 드립니다." },
);

/** The page. */
export function Messages() {
  const all = usePages(watched((/** @type {Cursor | null} */ cursor) => messagesBefore(cursor)), []), incidents = useLoaded(() => get("/me/incidents"), []);
  useOwnLists("messages", () => Promise.all([all.refresh(), incidents.refresh()]));
  return (
    <section aria-labelledby="page-title">
      <h2 id="page-title" tabIndex={-1}>{t("title")}</h2>
      <div id="inbox"><Pages of={all}>{(shown) => (shown.length ? <MessageDays of={shown} reviews={incidents.value ?? []} /> : <Empty icon={<Icon of={Bell} />} text={t("none")} />)}</Pages></div>
    </section>
  );
}

/** @param {{ of: Message[], reviews: Review[] }} props */
export const MessageDays = ({ of: all, reviews }) => (
  <>
    {[...Map.groupBy(all, ({ at: time }) => dayKey(time))].map(([day, ofDay]) => (
      <section class="day" key={day}>
        <h3>{dayText(startOfDay(day))} <span class="when">{dayDistanceText(day)}</span></h3>
        <ul class="feed">{repeatedOnce(ofDay).map((alike) => <MessageCard key={alike[0].message_id} of={alike} review={reviews.find(({ review_id: id }) => id === alike[0].subject)} />)}</ul>
      </section>
    ))}
  </>
);

/** Messages that say the same, in one group each. @type {(all: Message[]) => Message[][]} */
const repeatedOnce = (all) => [...Map.groupBy(all, (message) => (message.event === "data.used" ? JSON.stringify(message.detail) : message.message_id)).values()];
