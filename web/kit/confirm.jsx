// A step that cannot be taken back, with its consequences beside it: the first button only shows them.
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button.jsx";
import { messages } from "./messages.js";

const t = messages({ keep: "No, leave it" }, { keep: "그대로 두기" });

/**
 * A button that shows what the step means, and then one that takes it.
 * @param {{ open: preact.ComponentChildren, confirm: preact.ComponentChildren, onConfirm: () => unknown, kind?: "quiet" | "plain" | "danger", disabled?: boolean, children: preact.ComponentChildren }} props
 */
export function Confirm({ open, confirm, onConfirm, kind = "quiet", disabled, children }) {
  const [shown, setShown] = useState(false), group = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => void (shown && group.current?.focus()), [shown]);
  const take = async () => {
    await onConfirm();
    setShown(false);
  };
  if (!shown) return <Button kind={kind} disabled={disabled} onClick={() => setShown(true)}>{open}</Button>;
  return (
    <div class="step confirm" role="group" tabIndex={-1} ref={group}>
      {children}
      <div class="actions">
        <Button kind="danger" onClick={take}>{confirm}</Button>
        <Button onClick={() => setShown(false)}>{t("keep")}</Button>
      </div>
    </div>
  );
}
