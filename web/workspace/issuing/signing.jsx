// The signatures of a holder under what was shown: how far it has come, what was accepted, and how to go on.
import { CircleCheck } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { sentenceFor } from "../../kit/problems.jsx";
import { issueAll } from "./sending.js";

/** @import { IssueDraft } from "./drafting.js" */
/** @typedef {{ signed: number, accepted: number, isRunning: boolean, problem: string }} State */
const MANY = 20, IDLE = { signed: 0, accepted: 0, isRunning: false, problem: "" };
const t = messages(
  { sign: "Sign and issue {count, plural, one {one record} other {# records}}", each: "Each record has a signature of its own: your wallet signs {count} times.", ask: "A signing service does that by itself. A wallet that asks you each time asks {count} times: then choose fewer above, or use the command line (mydata issue). You can stop at any time; what was signed by then is issued.", running: "Signed {signed} of {total}, accepted {accepted}", stop: "Stop",
    done: "{count, plural, one {One record is} other {# records are}} issued. {count, plural, one {It is} other {They are}} on the chain in a few seconds, and the person sees {count, plural, one {it} other {them}}.", part: "{accepted} of {total} records are issued; nothing of the others.", on: "Go on with the other {count}", again: "Issue more", records: "Show what I issued" },
  { sign: "서명하고 {count}건 발급하기", each: "기록마다 서명이 따로 있습니다. 지갑이 {count}번 서명합니다.", ask: "서명 서비스는 자동으로 처리합니다. 매번 묻는 지갑이라면 {count}번 묻습니다. 그때는 위에서 항목을 줄이거나 명령줄(mydata issue)을 쓰세요. 언제든 멈출 수 있으며 그때까지 서명한 것은 발급됩니다.", running: "{total}건 중 {signed}건 서명, {accepted}건 접수", stop: "멈추기",
    done: "{count}건을 발급했습니다. 몇 초 안에 체인에 기록되며 당사자가 볼 수 있습니다.", part: "{total}건 중 {accepted}건을 발급했습니다. 나머지는 발급되지 않았습니다.", on: "나머지 {count}건 계속하기", again: "더 발급하기", records: "발급한 기록 보기" },
);

/** Leaving the page stops it. `begin` is called before the first signature. @param {{ drafts: IssueDraft[], begin: () => void, again: () => Promise<void> }} props */
export function Signing({ drafts, begin, again }) {
  const [state, setState] = useState(/** @type {State} */ (IDLE)), isStopped = useRef(false), total = drafts.length, { accepted } = state;
  useEffect(() => () => void (isStopped.current = true), []);
  const run = async () => {
    begin();
    isStopped.current = false;
    setState((before) => ({ ...before, isRunning: true, problem: "" }));
    const count = (/** @type {{ signed: number, accepted: number }} */ now) => setState((before) => ({ ...before, signed: accepted + now.signed, accepted: accepted + now.accepted }));
    const problem = await issueAll(drafts.slice(accepted), count, () => isStopped.current).then(() => "", sentenceFor);
    setState((before) => ({ ...before, signed: before.accepted, isRunning: false, problem }));
  };
  if (state.isRunning) return <Running of={state} total={total} stop={() => void (isStopped.current = true)} />;
  if (total && accepted === total) return <Done count={total} again={again} />;
  return (
    <div id="signing">
      {state.problem && <p class="problem" role="alert">{state.problem}</p>}
      {(accepted > 0 || state.problem) && <p role="status">{t("part", { accepted, total })}</p>}
      <p class="help">{t("each", { count: total - accepted })} {total - accepted > MANY && t("ask", { count: total - accepted })}</p>
      <div class="actions"><Button id="sign-issues" kind="primary" disabled={!total} onClick={run}>{accepted ? t("on", { count: total - accepted }) : t("sign", { count: total })}</Button></div>
    </div>
  );
}

/** @param {{ of: State, total: number, stop: () => void }} props */
function Running({ of: { signed, accepted }, total, stop }) {
  useEffect(() => {
    const warn = (/** @type {Event} */ event) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, []);
  return (
    <div id="signing">
      <p><label>{t("running", { signed, accepted, total })} <progress value={signed} max={total} /></label></p>
      <div class="actions"><Button id="stop" onClick={stop}>{t("stop")}</Button></div>
    </div>
  );
}

/** @param {{ count: number, again: () => Promise<void> }} props */
const Done = ({ count, again }) => (
  <div id="issued">
    <p class="good" role="status"><Icon of={CircleCheck} /> {t("done", { count })}</p>
    <div class="actions"><Button kind="primary" onClick={again}>{t("again")}</Button><a class="quiet" href="/workspace/issuing/records">{t("records")}</a></div>
  </div>
);
