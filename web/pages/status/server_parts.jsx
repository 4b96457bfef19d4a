// Chain, database and jobs of the server, as /health says.
import { Facts } from "../../kit/card.jsx";
import { distanceText, timeText } from "../../kit/dates.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Table } from "../../kit/table.jsx";
import { get } from "../explorer/answers.js";

/** @typedef {{ name: string, state: string, due: number, why: string, done: number, given_up: number }} Job */
/** @typedef {{ problem: string, chain: { id: number, reachable: boolean, block: number, followed_at: number }, jobs: Job[] }} Health */
const t = messages(
  {
    title: "Chain and stores", chain: "Chain", answers: "{id}, answers", silent: "{id}, does not answer as it should", block: "Followed to block", at: "Answered last", database: "Database", ms: "answered in {ms} ms",
    jobs: "Jobs", job: "Job", state: "State", due: "Due", done: "Done", lost: "Given up", none: "No job runs by the clock.", idle: "idle", waiting: "waiting", running: "running",
  },
  {
    title: "체인과 저장소", chain: "체인", answers: "{id}, 응답함", silent: "{id}, 제대로 응답하지 않음", block: "따라간 블록", at: "마지막 응답", database: "데이터베이스", ms: "{ms}밀리초 만에 응답",
    jobs: "정기 작업", job: "작업", state: "상태", due: "예정", done: "끝냄", lost: "포기함", none: "정기 작업이 없습니다.", idle: "쉬는 중", waiting: "기다리는 중", running: "실행 중",
  },
);
const STATES = /** @type {const} */ (["idle", "waiting", "running"]);

/** @type {() => Promise<{ health: Health, ms: number }>} */
async function measured() {
  const start = performance.now();
  return { health: await get("/health"), ms: Math.round(performance.now() - start) };
}

/** The parts of the server that its answers depend on. */
export function ServerParts() {
  const parts = useLoaded(measured, []);
  return (
    <section aria-labelledby="parts-title">
      <h2 id="parts-title">{t("title")}</h2>
      <Loaded of={parts}>
        {({ health: { problem, chain, jobs }, ms }) => (
          <>
            <Facts class="facts" of={[[t("chain"), t(problem ? "silent" : "answers", { id: chain.id })], [t("block"), chain.block], [t("at"), chain.followed_at && `${timeText(chain.followed_at)} (${distanceText(chain.followed_at)})`], [t("database"), t("ms", { ms })]]} />
            {jobs.length ? <Table caption={t("jobs")} columns={[t("job"), t("state"), t("due"), t("done"), t("lost")]} rows={jobs.map((job) => [<code key={job.name}>{job.name}</code>, stateOf(job), job.due ? timeText(job.due) : "", job.done, job.given_up])} /> : <p class="help">{t("none")}</p>}
          </>
        )}
      </Loaded>
    </section>
  );
}

/** @type {(job: Job) => string} */
const stateOf = ({ state }) => { const known = STATES.find((one) => one === state); return known ? t(known) : state; };
