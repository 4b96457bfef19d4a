// Buttons. One that does something slow is disabled until it is done, so that nothing is done twice.
import { useState } from "preact/hooks";
import { clearNotices, reportProblem } from "./problems.jsx";

/**
 * A button; an error of `onClick` is shown on the page until the next step.
 * @param {{ kind?: "primary" | "quiet" | "danger" | "plain", onClick: (event: Event) => unknown, disabled?: boolean, id?: string, class?: string, label?: string, describedBy?: string, children: preact.ComponentChildren }} props
 */
export function Button({ kind = "quiet", onClick, disabled, id, class: more = "", label, describedBy, children }) {
  const [busy, setBusy] = useState(false);
  const run = async (/** @type {Event} */ event) => {
    setBusy(true);
    clearNotices();
    try {
      await onClick(event);
    } catch (error) {
      reportProblem(/** @type {Error} */ (error));
    } finally {
      setBusy(false);
    }
  };
  return <button type="button" id={id} class={`${kind} ${more}`} disabled={disabled || busy} aria-busy={busy} aria-label={label} aria-describedby={describedBy} onClick={run}>{children}</button>;
}
