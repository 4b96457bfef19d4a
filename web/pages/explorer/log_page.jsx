// One log: what its contract holds, its heads over time, an entry by its position, and one head against another.
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Pages, usePages } from "../../kit/paging.jsx";
import { get, pageOf } from "./answers.js";
import { checkLog } from "./checks.js";
import { ContinuityForm, EntryForm } from "./forms.jsx";
import { Findings, findingsOf } from "./findings.jsx";
import { HeadsTable } from "./heads.jsx";

/** @import { PastHead } from "./contract.js" */
const t = messages(
  {
    consents: "Consents and withdrawals", records: "Records", access: "Accesses and refusals", logs: "Logs",
    title: "The log and its contract", what: "What is in it: for each statement one commitment of 32 bytes. Who signed what for whom is not public and cannot be read from it; the person has the statement, and proves with it.",
    contract: "Contract {contract} on chain {chain}. The address is what this server says: compare it with the one that you were given.",
    now: "{accepted, plural, one {# entry} other {# entries}} accepted, {anchored} on chain", heads: "Heads over time", noHeads: "Nothing of this log is on chain yet.",
    entry: "An entry", continuity: "One head against another",
    entryHelp: "Your browser asks for the entry's commitment and its proof, computes the root, and asks the contract whether it holds that root.",
    continuityHelp: "Your browser checks by RFC 9162 that the longer log begins with the shorter one, and that the contract held both roots.",
  },
  {
    consents: "동의와 철회", records: "기록", access: "열람과 거절", logs: "로그",
    title: "로그와 컨트랙트", what: "로그에는 문서마다 32바이트 커밋먼트 하나가 있습니다. 누가 누구에게 무엇을 서명했는지는 공개되지 않으며 여기서 읽을 수 없습니다. 원문은 본인에게 있고, 본인이 그것으로 증명합니다.",
    contract: "체인 {chain}의 컨트랙트 {contract}. 주소는 이 서버가 말한 것이니 따로 받은 주소와 비교해 주세요.",
    now: "접수 {accepted}건, 체인에 {anchored}건", heads: "시간에 따른 헤드", noHeads: "이 로그는 아직 체인에 없습니다.",
    entry: "항목 하나", continuity: "두 헤드 비교",
    entryHelp: "브라우저가 항목의 커밋먼트와 증명을 받아 루트를 계산하고, 컨트랙트가 그 루트를 가지고 있는지 묻습니다.",
    continuityHelp: "긴 로그가 짧은 로그로 시작하는지 RFC 9162에 따라 브라우저가 확인하고, 컨트랙트가 두 루트를 가졌는지 확인합니다.",
  },
);
const LOGS = /** @type {const} */ (["consents", "records", "access"]), ROWS = 10;

/** The logs that have a page, by the last part of its address. @type {(name: string) => boolean} */
export const isLog = (name) => LOGS.some((log) => log === name);

/** @type {(log: string) => (cursor: number | null) => Promise<{ items: PastHead[], next: number | null }>} */
const headsBefore = (log) => async (cursor) => {
  const { heads, next } = await get(`/log/${log}/history?limit=${ROWS}${cursor === null ? "" : `&before=${cursor}`}`);
  return { items: heads.filter((/** @type {PastHead} */ { size }) => size), next };
};

/** @param {{ log: string }} props */
export function LogPage({ log }) {
  const pages = usePages(headsBefore(log), [log]), heads = useLoaded(() => get(`/log/${log}/heads`), [log]);
  const checked = useLoaded(() => findingsOf(() => checkLog(log)), [log]);
  return (
    <>
      <nav class="chips" aria-label={t("logs")}>{LOGS.map((name) => <a class="chip" key={name} href={pageOf(`/explorer/${name}`)} aria-current={name === log ? "page" : undefined}>{t(name)}</a>)}</nav>
      <section aria-labelledby="log-title">
        <h2 id="log-title">{t("title")}</h2>
        <Loaded of={heads}>{({ contract, chain_id: chain, accepted, anchored }) => <><p><strong>{t("now", { accepted: accepted.size, anchored: anchored.size })}</strong></p><p class="help">{t("contract", { contract, chain })}</p></>}</Loaded>
        <Loaded of={checked}>{(findings) => <div id="on-chain"><Findings of={findings} /></div>}</Loaded>
        <p class="help">{t("what")}</p>
      </section>
      <section aria-labelledby="heads-title" id="heads">
        <h2 id="heads-title">{t("heads")}</h2>
        <Pages of={pages}>{(items) => (items.length ? <HeadsTable log={log} heads={items} caption={t("heads")} /> : <p class="help">{t("noHeads")}</p>)}</Pages>
      </section>
      <section aria-labelledby="entry-title">
        <h2 id="entry-title">{t("entry")}</h2>
        <p class="help">{t("entryHelp")}</p>
        <EntryForm log={log} />
      </section>
      <section aria-labelledby="continuity-title">
        <h2 id="continuity-title">{t("continuity")}</h2>
        <p class="help">{t("continuityHelp")}</p>
        <ContinuityForm log={log} heads={pages.items ?? []} />
      </section>
    </>
  );
}
