// The heads of a log, newest first; each can be checked against the chain.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { timeText } from "../../kit/dates.js";
import { messages } from "../../kit/messages.js";
import { Table } from "../../kit/table.jsx";
import { checkHead } from "./checks.js";
import { Findings, findingsOf } from "./findings.jsx";

/** @import { PastHead } from "./contract.js" */
/** @import { Finding } from "./findings.jsx" */
const t = messages(
  { size: "Entries", root: "Root", seen: "Seen on chain", block: "Block", waited: "Longest wait", chain: "On chain", check: "Check", label: "Check the head of {size} entries", seconds: "{seconds} s" },
  { size: "항목 수", root: "루트", seen: "체인에서 본 때", block: "블록", waited: "최장 대기", chain: "체인 대조", check: "확인", label: "{size}건의 헤드 확인", seconds: "{seconds}초" },
);

/** @param {{ log: string, heads: PastHead[], caption: string }} props */
export const HeadsTable = ({ log, heads, caption }) => (
  <Table caption={caption} hideCaption columns={[t("size"), t("root"), t("seen"), t("block"), t("waited"), t("chain")]}
    rows={heads.map((head) => [sizeText(head), <code class="root" key={head.root}>{shortened(head.root)}</code>, timeText(head.seen_at), head.block, head.waited === null ? "" : t("seconds", { seconds: head.waited }), <HeadCheck key={head.number} log={log} head={head} />])} />
);

/** A hash by its ends; the whole one is shown with the check. @type {(hash: string) => string} */
const shortened = (hash) => `${hash.slice(0, 12)}…${hash.slice(-6)}`;

/** @type {(head: PastHead) => string} */
const sizeText = ({ size, added }) => (added ? `${size} (${added > 0 ? "+" : ""}${added})` : String(size));

/** @param {{ log: string, head: PastHead }} props */
function HeadCheck({ log, head }) {
  const [found, setFound] = useState(/** @type {Finding[] | null} */ (null));
  if (found) return <div role="status"><code class="root">{head.root}</code><Findings of={found} /></div>;
  return <Button class="small" label={t("label", { size: head.size })} onClick={async () => setFound(await findingsOf(() => checkHead(log, head)))}>{t("check")}</Button>;
}
