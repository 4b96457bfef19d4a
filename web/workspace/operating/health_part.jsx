// Whether the ledger answers: the chain, how far each log is anchored, jobs with their failures, and what is overdue.
import { Badge, Card, Facts, Fold } from "../../kit/card.jsx";
import { distanceText, now, timeText } from "../../kit/dates.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Table } from "../../kit/table.jsx";
import { get } from "../../portal/api.js";
import { Deliveries } from "./deliveries.jsx";

/** @typedef {{ name: string, state: string, due: number, tries: number, why: string, done: number, given_up: number, failures: { at: number, why: string }[] }} Job */
/** @typedef {{ status: string, problem: string, chain: { id: number, reachable: boolean, block: number, followed_at: number }, logs: Record<string, { accepted: number, anchored: number }>, jobs: Job[] }} Health */
const t = messages(
  { ledger: "Ledger", ok: "works", degraded: "degraded", problem: "What is wrong", chain: "Chain", reachable: "answers", silent: "does not answer", block: "Newest block", followed: "Followed up to", lag: "{seconds, plural, one {# second} other {# seconds}} behind", logs: "Logs", log: "Log", accepted: "Accepted", anchored: "On chain", waiting: "Waiting",
    consents: "Consents", records: "Records", access: "Accesses", jobs: "Jobs", noJobs: "No job is planned.", next: "Next", tried: "Tried again", idle: "idle", waits: "waiting", running: "running", why: "Why it failed", done: "Done", givenUp: "Given up", failures: "Failures", overdue: "Reviews past their deadline", "break-glass": "Broken glass", "data-use": "Uses of data", complaint: "Complaints", "break-glass-notice": "Emergencies of which nobody was told in time", none: "none" },
  { ledger: "원장", ok: "정상", degraded: "이상 있음", problem: "문제", chain: "체인", reachable: "응답함", silent: "응답 없음", block: "최근 블록", followed: "반영한 시각", lag: "{seconds}초 지연", logs: "로그", log: "로그", accepted: "접수", anchored: "체인에 기록", waiting: "대기",
    consents: "동의", records: "기록", access: "열람", jobs: "정기 작업", noJobs: "예정된 작업이 없습니다.", next: "다음", tried: "재시도", idle: "대기", waits: "기다리는 중", running: "실행 중", why: "실패 이유", done: "완료", givenUp: "포기", failures: "실패 내역", overdue: "기한이 지난 심사", "break-glass": "응급 열람", "data-use": "데이터 이용", complaint: "이의 제기", "break-glass-notice": "제때 알리지 못한 응급 상황", none: "없음" },
);
const LOGS = /** @type {const} */ (["consents", "records", "access"]), QUEUES = /** @type {const} */ (["break-glass", "complaint", "data-use", "break-glass-notice"]);

/** The part. */
export function HealthPart() {
  const loaded = useLoaded(async () => ({ health: /** @type {Health} */ (await get("/health")), overdue: /** @type {Record<string, number>} */ (await get("/reviews/overdue")) }), []);
  return (
    <>
      <Loaded of={loaded}>
        {({ health, overdue }) => (
          <>
            <Ledger of={health} />
            <Card title={t("overdue")}><Facts of={QUEUES.map((name) => [t(name), overdue[name] ? <strong key={name} class="bad">{overdue[name]}</strong> : t("none")])} /></Card>
            <Jobs of={health.jobs} />
          </>
        )}
      </Loaded>
      <Deliveries />
    </>
  );
}

/** @param {{ of: Health }} props */
const Ledger = ({ of: { status, problem, chain, logs } }) => (
  <Card title={t("ledger")} badge={<Badge tone={status === "ok" ? "good" : "bad"}>{t(status === "ok" ? "ok" : "degraded")}</Badge>} tone={status === "ok" ? "active" : "alarm"} id="ledger-health">
    <Facts of={[
      [t("problem"), problem], [t("chain"), `${chain.id} · ${t(chain.reachable ? "reachable" : "silent")}`], [t("block"), chain.block],
      [t("followed"), `${timeText(chain.followed_at)} (${t("lag", { seconds: Math.max(0, now() - chain.followed_at) })})`],
    ]} />
    <Table caption={t("logs")} columns={[t("log"), t("accepted"), t("anchored"), t("waiting")]} rows={LOGS.map((name) => [t(name), logs[name].accepted, logs[name].anchored, logs[name].accepted - logs[name].anchored])} />
  </Card>
);

/** @param {{ of: Job[] }} props */
const Jobs = ({ of: jobs }) => (
  <Card title={t("jobs")} id="jobs">
    {!jobs.length && <p>{t("noJobs")}</p>}
    {jobs.map((job) => (
      <div class="grant" key={job.name}>
        <div class="top"><h3>{job.name}</h3><Badge tone={job.why ? "bad" : ""}>{t(job.state === "running" ? "running" : job.state === "waiting" ? "waits" : "idle")}</Badge></div>
        <Facts of={[[t(job.why ? "tried" : "next"), `${timeText(job.due)} (${distanceText(job.due)})`], [t("why"), job.why && <code key="why">{job.why}</code>], [t("done"), job.done], [t("givenUp"), job.given_up]]} />
        {job.failures.length > 0 && <Fold title={t("failures")}><Facts of={job.failures.map(({ at, why }) => [timeText(at), <code key={at}>{why}</code>])} /></Fold>}
      </div>
    ))}
  </Card>
);
