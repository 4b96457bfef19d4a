// The forms of the explorer: a position to check, and two heads to compare.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Field } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { checkContinuity, checkEntry } from "./checks.js";
import { Findings, findingsOf } from "./findings.jsx";

/** @import { PastHead } from "./contract.js" */
/** @import { Finding } from "./findings.jsx" */
const t = messages(
  { position: "Position, from 0", check: "Check", first: "Shorter log", second: "Longer log", entries: "{size, plural, one {# entry} other {# entries}} (block {block})", few: "It takes two heads of the list above." },
  { position: "위치 (0부터)", check: "확인", first: "짧은 로그", second: "긴 로그", entries: "{size}건 ({block}번 블록)", few: "위 목록에 헤드가 둘 이상 있어야 합니다." },
);
const MOST = Number.MAX_SAFE_INTEGER;

/** @param {{ log: string }} props */
export function EntryForm({ log }) {
  const [position, setPosition] = useState(0), [found, setFound] = useState(/** @type {Finding[]} */ ([]));
  const isPosition = Number.isInteger(position) && position >= 0 && position < MOST;
  return (
    <div id="entry" class="check">
      <Field label={t("position")}>{(ids) => <input type="number" {...ids} min={0} step={1} value={position} onInput={(event) => setPosition(event.currentTarget.valueAsNumber)} />}</Field>
      <Button kind="primary" disabled={!isPosition} onClick={async () => setFound(await findingsOf(() => checkEntry(log, position)))}>{t("check")}</Button>
      <div class="result" role="status"><Findings of={found} /></div>
    </div>
  );
}

/** @param {{ log: string, heads: PastHead[] }} props */
export function ContinuityForm({ log, heads }) {
  const [[first, second], choose] = useState([-1, -1]), [found, setFound] = useState(/** @type {Finding[]} */ ([]));
  const sizes = [...new Map(heads.map((head) => [head.size, head])).values()].sort((a, b) => a.size - b.size);
  if (sizes.length < 2) return <p class="help">{t("few")}</p>;
  const one = sizes.find(({ number }) => number === first) ?? sizes[0], other = sizes.find(({ number }) => number === second) ?? sizes[sizes.length - 1];
  const [shorter, longer] = one.size <= other.size ? [one, other] : [other, one];
  return (
    <div id="continuity" class="check">
      <HeadChoice label={t("first")} heads={sizes} chosen={one} onChange={(number) => choose([number, other.number])} />
      <HeadChoice label={t("second")} heads={sizes} chosen={other} onChange={(number) => choose([one.number, number])} />
      <Button kind="primary" onClick={async () => setFound(await findingsOf(() => checkContinuity(log, shorter, longer)))}>{t("check")}</Button>
      <div class="result" role="status"><Findings of={found} /></div>
    </div>
  );
}

/** @param {{ label: string, heads: PastHead[], chosen: PastHead, onChange: (number: number) => void }} props */
const HeadChoice = ({ label, heads, chosen, onChange }) => (
  <Field label={label}>
    {(ids) => <select {...ids} value={chosen.number} onChange={(event) => onChange(Number(event.currentTarget.value))}>{heads.map(({ number, size, block }) => <option key={number} value={number}>{t("entries", { size, block })}</option>)}</select>}
  </Field>
);
