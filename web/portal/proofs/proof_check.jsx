// The proof of something that the ledger recorded, checked in this browser with one tap.
import { ShieldCheck } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Fold } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { language } from "../../kit/language.js";
import { messages } from "../../kit/messages.js";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { get } from "../api.js";
import { inLanguage } from "../words.js";
import { loadProver } from "./prover.js";

/** @import { Proved } from "../../proof.js" */
/** @typedef {{ document: object, block: number | null }} Provable */
/** @typedef {Proved & { name: string, isOther: boolean, since: number | null }} Result */
const t = messages(
  { check: "Check the proof", held: "Recorded in the log, on chain since block {block}, signed by {name}.", seen: "Recorded in the log, on chain, signed by {name}.", open: "This could not be decided yet: {why}", failed: "This proof does not hold: {why}", other: "it is about something else than what is shown",
    steps: "Technical details", note: "This page checked the signature and the place in the log itself. What the chain holds it took from this ledger; on the verifier page you can ask a node of your own.", verifier: "Check it yourself" },
  { check: "증명 확인", held: "로그에 기록됨, 블록 {block}부터 체인에 있음, {name} 서명.", seen: "로그에 기록됨, 체인에 있음, {name} 서명.", open: "아직 확인할 수 없습니다: {why}", failed: "이 증명은 맞지 않습니다: {why}", other: "화면에 보이는 내용과 다른 것에 대한 증명입니다",
    steps: "기술 정보", note: "서명과 로그 안의 위치는 이 페이지가 직접 확인했습니다. 체인의 상태는 이 원장이 알려 준 것이며, 증명 확인 페이지에서는 원하는 노드에 직접 물어볼 수 있습니다.", verifier: "직접 확인하기" },
);

/**
 * A button that checks a proof document, and what came of it. `matches` compares what was proved with what is shown.
 * @param {{ load: () => Promise<Provable>, matches: (statement: Record<string, unknown>) => Promise<boolean> }} props
 */
export function ProofCheck({ load, matches }) {
  const [result, setResult] = useState(/** @type {Result | null} */ (null));
  const check = async () => {
    const { prove } = await loadProver(), { document, block } = await load(), proved = await prove(document, get, language);
    const isOther = proved.held === true && ((block ?? 0) > proved.block || !(await matches(proved.statement)));
    setResult({ ...proved, name: await signerName(proved), isOther, since: block });
  };
  return result ? <ProofResult of={result} /> : <Button kind="plain" class="proof" onClick={check}><Icon of={ShieldCheck} size={16} /> {t("check")}</Button>;
}

/** @param {{ of: Result }} props */
function ProofResult({ of: { held, steps, name, isOther, since } }) {
  const state = isOther || held === false ? "failed" : held ? "held" : "open", why = isOther ? t("other") : (steps.at(-1)?.text ?? "");
  const text = state === "held" ? t(since ? "held" : "seen", { block: since, name: isolated(name) }) : t(state, { why });
  return (
    <div class={`proved ${state}`} role="status">
      <p class={state === "held" ? "good" : state === "failed" ? "bad" : ""}><b aria-hidden="true">{{ held: "✓", failed: "✗", open: "?" }[state]}</b> <Sentence text={text} /></p>
      <Fold title={t("steps")}>
        <ol class="proof-steps">{steps.map((step) => <li key={step.text}><b aria-hidden="true">{step.held === null ? "?" : step.held ? "✓" : "✗"}</b> {step.text}</li>)}</ol>
        <p class="help">{t("note")} <a href="/verify">{t("verifier")}</a></p>
      </Fold>
    </div>
  );
}

/** The name of the party whose key signed; its address where it is no party. @type {(proved: Proved) => Promise<string>} */
async function signerName({ held, signer }) {
  if (!held || !signer) return "";
  const party = await get(`/parties/${signer}`).catch(() => null);
  return party ? inLanguage(party.name) : `${signer.slice(0, 8)}…`;
}
