// Charts of the status page: how the logs grew, how long entries waited for the chain, and what the server's parts do.
import { useEffect } from "preact/hooks";
import { Chart } from "../../kit/chart.jsx";
import { dayText, distanceText } from "../../kit/dates.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { ServerParts } from "./server_parts.jsx";
import { growthOf, LOGS, sideBySide } from "./growth.js";

/** @import { Growth } from "./growth.js" */
const t = messages(
  {
    growth: "How the logs grew", growthOf: "{log}: entries on chain", consents: "Consents and withdrawals", records: "Records", access: "Accesses and refusals", time: "Time", entries: "entries on chain",
    lag: "How long entries waited for the chain", waiting: "Entries that waited when a head came", seconds: "Longest wait, in seconds", none: "Nothing is on chain yet.",
    newest: "The newest heads; the last one came {when}.",
  },
  {
    growth: "로그가 늘어난 모습", growthOf: "{log}: 체인에 있는 항목 수", consents: "동의와 철회", records: "기록", access: "열람과 거절", time: "때", entries: "체인에 있는 항목 수",
    lag: "체인에 오르기까지 기다린 시간", waiting: "헤드가 오를 때 기다리던 항목 수", seconds: "가장 오래 기다린 시간(초)", none: "아직 체인에 아무것도 없습니다.",
    newest: "가장 최근 헤드들이며, 마지막은 {when}입니다.",
  },
);
const COLORS = ["--mark", "--good", "--wait"], NEWEST = 24, AGAIN_MS = 30_000, DAY = 86_400, HOUR = 3_600;

/** The charts, drawn again as heads come in. */
export function StatusCharts() {
  const growth = useLoaded(() => Promise.all(LOGS.map(growthOf)), []);
  useEffect(() => {
    const timer = setInterval(growth.reload, AGAIN_MS);
    return () => clearInterval(timer);
  }, [growth.reload]);
  return (
    <>
      <section aria-labelledby="growth-title"><h2 id="growth-title">{t("growth")}</h2><Loaded of={growth}>{(all) => <GrowthCharts all={all} />}</Loaded></section>
      <section aria-labelledby="lag-title"><h2 id="lag-title">{t("lag")}</h2><Loaded of={growth}>{(all) => <LagCharts all={all} />}</Loaded></section>
      <ServerParts />
    </>
  );
}

/** @param {{ all: Growth[] }} props */
const GrowthCharts = ({ all }) => (
  <div class="charts">
    {all.map(({ log, whole }) => <Chart key={log} title={t(/** @type {typeof LOGS[number]} */ (log))} label={t("growthOf", { log: t(/** @type {typeof LOGS[number]} */ (log)) })} column={t("time")} labels={labelsOf(whole.map(({ seen_at: time }) => time))} series={[{ name: t("entries"), color: "--mark", values: whole.map(({ size }) => size) }]} />)}
  </div>
);

/** @param {{ all: Growth[] }} props */
function LagCharts({ all }) {
  const rows = sideBySide(all, NEWEST), labels = labelsOf(rows.map(({ time }) => time));
  if (!rows.length) return <p class="help">{t("none")}</p>;
  /** @type {(member: "added" | "waited") => import("../../kit/chart.jsx").Series[]} */
  const series = (member) => LOGS.map((log, index) => ({ name: t(log), color: COLORS[index], values: rows.map(({ arrivals }) => arrivals[index]?.[member] ?? null) }));
  return (
    <>
      <p class="help">{t("newest", { when: distanceText(rows[rows.length - 1].time) })}</p>
      <div class="charts">
        <Chart title={t("waiting")} column={t("time")} labels={labels} series={series("added")} bars />
        <Chart title={t("seconds")} column={t("time")} labels={labels} series={series("waited")} />
      </div>
    </>
  );
}

/** Times as short texts: of the day if all are within one, with seconds if all are within an hour, else days. @type {(times: number[]) => string[]} */
function labelsOf(times) {
  const span = times.length ? times[times.length - 1] - times[0] : 0;
  return times.map((time) => (span < DAY ? clockOf(time, span < HOUR) : dayText(time)));
}

/** The time of day by 24 hours, which is short in every language. @type {(time: number, hasSeconds: boolean) => string} */
const clockOf = (time, hasSeconds) => new Date(time * 1000).toLocaleTimeString("en-GB", { timeStyle: hasSeconds ? "medium" : "short" });
