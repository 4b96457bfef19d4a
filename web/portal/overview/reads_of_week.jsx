// The questions of others in the last seven days, as bars with a table behind them.
import { ChartColumn } from "lucide";
import { Card } from "../../kit/card.jsx";
import { Chart } from "../../kit/chart.jsx";
import { timeText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { language } from "../../kit/language.js";
import { messages } from "../../kit/messages.js";
import { Name } from "../../kit/sentence.jsx";
import { relationOf } from "../acting.js";

/** @import { OverviewAnswer } from "./overview" */
const t = messages(
  { title: "Read in the last seven days", permitted: "permitted", refused: "refused", day: "Day", none: "Nobody asked about your data in the last seven days.", more: "More was asked than is counted here; the first days are too low.", all: "See who asked", acted: "{relation}, last {when}" },
  { title: "최근 7일 조회", permitted: "허용", refused: "거절", day: "날짜", none: "최근 7일 동안 내 데이터를 조회한 곳이 없습니다.", more: "조회가 많아 앞쪽 며칠은 실제보다 적게 표시됩니다.", all: "조회 기록 보기", acted: "{relation}, 마지막 {when}" },
);

/** @param {{ of: OverviewAnswer }} props */
export function ReadsOfWeek({ of: { days, days_complete: isComplete, delegates } }) {
  const isQuiet = days.every(({ permitted, refused }) => !(permitted + refused));
  const series = [{ name: t("permitted"), color: "--good", values: days.map(({ permitted }) => permitted) }, { name: t("refused"), color: "--bad", values: days.map(({ refused }) => refused) }];
  return (
    <Card id="week" title={<><Icon of={ChartColumn} /> {t("title")}</>}>
      {isQuiet ? <p class="help">{t("none")}</p> : <Chart title="" label={t("title")} column={t("day")} labels={days.map(({ day }) => shortDay(day))} series={series} bars />}
      {!isComplete && <p class="help">{t("more")}</p>}
      {delegates.length > 0 && <ul class="readers">{delegates.map((delegate) => <li key={delegate.account}><strong><Name of={delegate.name} /></strong><small>{t("acted", { relation: relationOf(delegate), when: timeText(delegate.acted_at) })}</small></li>)}</ul>}
      <div class="actions"><a class="quiet" href="/portal/timeline">{t("all")}</a></div>
    </Card>
  );
}

/** A day without its year, which fits under a bar. @type {(key: string) => string} */
function shortDay(key) {
  const [, month, day] = key.split("-").map(Number);
  return language === "ko" ? `${month}/${day}` : `${day}/${month}`;
}
