// A text to pass on: shown whole, with a button that copies it.
import { Copy } from "lucide";
import { useId, useRef } from "preact/hooks";
import { Button } from "./button.jsx";
import { Icon } from "./icon.jsx";
import { messages } from "./messages.js";
import { announce } from "./problems.jsx";

const t = messages(
  { copy: "Copy", copied: "Copied.", selected: "It is selected: copy it with your device's own way." },
  { copy: "복사", copied: "복사했습니다.", selected: "선택해 두었습니다. 기기의 복사 기능으로 복사해 주세요." },
);

/** A text that only the person gets, with a button that copies it. @param {{ label: string, text: string, rows?: number, class?: string }} props */
export function CopyText({ label, text, rows = 2, class: more = "" }) {
  const id = useId(), field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const copy = async () => {
    field.current?.select();
    const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    announce(t(copied ? "copied" : "selected"));
  };
  return (
    <div class={`field copied ${more}`}>
      <label for={id}>{label}</label>
      <textarea id={id} ref={field} readOnly rows={rows} value={text} spellcheck={false} />
      <Button onClick={copy}><Icon of={Copy} />{t("copy")}</Button>
    </div>
  );
}
