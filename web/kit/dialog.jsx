// A dialog over the page. The browser keeps the focus in it and closes it on Escape.
import { useEffect, useRef } from "preact/hooks";
import { useStill } from "./live.js";
import { messages } from "./messages.js";
import { ProblemHere } from "./problems.jsx";

const t = messages({ close: "Close" }, { close: "닫기" });

/** Shown until `onClose` takes it away. @param {{ title: string, onClose: () => void, children: preact.ComponentChildren }} props */
export function Dialog({ title, onClose, children }) {
  useStill();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const closed = () => dialog.current && onClose(); // the event comes late: the next dialog may be open
  return (
    <dialog ref={dialog} onClose={closed} aria-labelledby="dialog-title">
      <div class="top"><h2 id="dialog-title">{title}</h2><button type="button" class="plain" onClick={onClose}>{t("close")}</button></div>
      <ProblemHere />
      {children}
    </dialog>
  );
}
