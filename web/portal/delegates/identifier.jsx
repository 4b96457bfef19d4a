// An identifier with its QR code and check code, to give to somebody; and the fields that take one.
import { useEffect, useState } from "preact/hooks";
import { CopyText } from "../../kit/copy.jsx";
import { Field } from "../../kit/form.jsx";
import { Qr } from "../../kit/qr.jsx";
import { presentAccount } from "../session.js";
import { checkCode, identifierIn, isCheckCode, linkTo } from "./identifiers.js";
import { t } from "./texts.js";

/** The identifier of who is signed in; the QR code opens the page at `path` with it. @param {{ path: string }} props */
export function MyIdentifier({ path }) {
  const { signer } = presentAccount(), [code, setCode] = useState("");
  useEffect(() => void checkCode(signer).then(setCode), [signer]);
  return (
    <>
      <Qr text={linkTo(path, signer)} label={t("qr")} />
      <p class="center code" data-code={code}><strong>{t("code", { code })}</strong></p>
      <CopyText label={t("idText")} text={signer} />
    </>
  );
}

/** @typedef {{ identifier: string, code: string }} Typed */

/** Fields for somebody's identifier and its check code. @param {{ value: Typed, onChange: (value: Typed) => void, label?: string, help?: string, codeLabel?: string, codeHelp?: string }} props */
export const IdentifierFields = ({ value, onChange, label = t("paste"), help = t("pasteHelp"), codeLabel = t("typed"), codeHelp = t("typedHelp") }) => (
  <>
    <Field label={label} help={help}>{(ids) => <textarea {...ids} rows={2} spellcheck={false} autocomplete="off" value={value.identifier} onInput={(event) => onChange({ ...value, identifier: event.currentTarget.value })} />}</Field>
    <Field label={codeLabel} help={codeHelp}>{(ids) => <input type="text" {...ids} class="code" inputMode="numeric" maxLength={9} autocomplete="off" value={value.code} onInput={(event) => onChange({ ...value, code: event.currentTarget.value })} />}</Field>
  </>
);

/** The identifier that was typed. Throws a sentence unless it is another's and its check code fits. @type {(typed: Typed) => Promise<string>} */
export async function checkedIdentifier({ identifier: text, code }) {
  const identifier = identifierIn(text);
  if (!identifier) throw new Error(t("noId"));
  if (identifier === presentAccount().signer) throw new Error(t("ownId"));
  if (!(await isCheckCode(code, identifier))) throw new Error(t("wrongCode"));
  return identifier;
}
