// Messages that did not reach where their recipients want them: why, how many, and when; never whose they are.
import { Badge, Card, Facts } from "../../kit/card.jsx";
import { timeText } from "../../kit/dates.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { get } from "../../portal/api.js";

/** @typedef {{ state: "dead" | "pending", channel: string, host: string, why: string, count: number, first: number, last: number }} Failures */
const t = messages(
  { title: "Deliveries that fail", help: "Of the last 30 days. Recipients are not shown, and hosts only of organisations.", none: "No delivery fails.", dead: "given up", pending: "tried again", many: "How many", count: "{count, plural, one {one delivery} other {# deliveries}}", channel: "By", webhook: "webhook", email: "e-mail", ended: "a subscription that has ended", host: "Host", over: "Given up", next: "Tried again", span: "{first} to {last}", partial: "There are more than are shown here." },
  { title: "전달 실패", help: "최근 30일의 내역입니다. 받는 사람은 보이지 않으며, 호스트는 기관의 것만 보입니다.", none: "실패한 전달이 없습니다.", dead: "포기함", pending: "재시도 예정", many: "건수", count: "{count}건", channel: "방법", webhook: "웹훅", email: "이메일", ended: "끝난 구독", host: "호스트", over: "포기한 때", next: "재시도", span: "{first} ~ {last}", partial: "여기 보이는 것보다 더 있습니다." },
);

/** The card of failures. */
export function Deliveries() {
  const loaded = useLoaded(async () => /** @type {{ failures: Failures[], complete: boolean }} */ (await get("/operation/deliveries")), []);
  return (
    <Card title={t("title")} id="deliveries">
      <p class="help">{t("help")}</p>
      <Loaded of={loaded}>
        {({ failures, complete }) => (
          <>
            {failures.length ? failures.map((one) => <Line key={`${one.state} ${one.channel} ${one.host} ${one.why}`} of={one} />) : <p>{t("none")}</p>}
            {!complete && <p class="help">{t("partial")}</p>}
          </>
        )}
      </Loaded>
    </Card>
  );
}

/** @param {{ of: Failures }} props */
const Line = ({ of: { state, channel, host, why, count, first, last } }) => (
  <div class="grant">
    <div class="top"><h3>{why}</h3><Badge tone={state === "dead" ? "bad" : "wait"}>{t(state)}</Badge></div>
    <Facts of={[[t("many"), t("count", { count })], [t("channel"), t(channel === "webhook" || channel === "email" ? channel : "ended")], [t("host"), host], [t(state === "dead" ? "over" : "next"), first === last ? timeText(first) : t("span", { first: timeText(first), last: timeText(last) })]]} />
  </div>
);
