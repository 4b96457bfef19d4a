// The end of a consent, shown whole before it is signed, with what it cannot undo.
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { ZERO } from "../bytes.js";
import { Exact, GrantFacts } from "../grants/details.jsx";
import { hasPermit } from "../grants/terms.js";
import { secretIn } from "../keys.js";
import { readText } from "../parties/asker.jsx";
import { presentAccount } from "../session.js";
import { dismiss } from "../signing/sending.js";
import { categoryOf } from "../vocabulary.js";
import { translate } from "../words.js";
import { signRevocation } from "./revocation.js";

/** @import { Account, Ended } from "../answers" */
/** @import { Uses } from "../uses.js" */
/** @import { Withdrawal } from "./revocation.js" */
const t = messages(
  { title: "What this does not undo", unknown: "What was read by it cannot be called back.", never: "Nothing was read by this consent.", read: "What was read cannot be called back: {what}.", line: "{data} ({count, plural, one {once} other {# times}})", informed: "Whoever was handed a key is told to delete it." },
  { title: "되돌릴 수 없는 것", unknown: "이 동의로 이미 열람한 것은 되돌릴 수 없습니다.", never: "이 동의로 열람한 기록은 없습니다.", read: "이미 열람한 것은 되돌릴 수 없습니다: {what}.", line: "{data} ({count}번)", informed: "키를 받은 상대에게 삭제하도록 알립니다." },
);

/** The consequences beside the button; what was read is unknown without `uses`. @param {{ uses?: Uses }} props */
export function Consequences({ uses }) {
  if (!uses) return <p class="consequences">{t("unknown")}</p>;
  const what = Object.entries(uses.categories).map(([code, count]) => t("line", { data: categoryOf(code), count })).join(", ");
  return (
    <div class="consequences">
      <strong>{t("title")}</strong>
      {uses.reads ? <><p>{t("read", { what: `${readText(uses)}: ${what}` })}</p><p>{t("informed")}</p></> : <p>{t("never")}</p>}
    </div>
  );
}

/** @param {{ withdrawal: Withdrawal, uses?: Uses, back: () => void, done: (ended: Ended[], text: string) => Promise<void> }} props */
export function Withdrawing({ withdrawal, uses, back, done }) {
  const { grants, lock, draft, isFileNeeded } = withdrawal, isPermit = hasPermit(grants);
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null)), file = useRef(/** @type {HTMLInputElement | null} */ (null)), account = presentAccount();
  useEffect(() => title.current?.focus(), []);
  const sign = async () => {
    const chosen = file.current?.files?.[0];
    announce(translate(`signing.${account.kind}`));
    const { id, ended } = await signRevocation(withdrawal, () => (chosen ? secretIn(chosen, lock) : ZERO));
    dismiss(id);
    await done(ended, translate(isPermit ? "withdrawnNow" : "liftedNow"));
  };
  return (
    <div class="deciding">
      <div class="step says">
        <h3 ref={title} tabIndex={-1}>{translate("says")}</h3>
        {draft.summary.map((line) => <p class="sentence" key={line}>{line}</p>)}
        {isPermit && <p class="help">{translate("endsNow")}</p>}
      </div>
      <div class="step ends"><h3>{translate("endsThis")}</h3>{grants.map((grant, number) => <GrantFacts key={number} grant={grant} />)}</div>
      <Exact draft={draft} note="exactEnd" />
      {isFileNeeded && <SecretFile field={file} />}
      {isPermit && <Consequences uses={uses} />}
      <p class="help">{translate(promptWord(account, lock))} {translate("footer")}</p>
      <div class="actions"><Button kind="danger" onClick={sign}>{translate("withdraw")}</Button><Button onClick={back}>{translate("back")}</Button></div>
    </div>
  );
}

/** @param {{ field: preact.RefObject<HTMLInputElement | null> }} props */
const SecretFile = ({ field }) => (
  <div class="step"><label>{translate("keyFile")}<br /><input type="file" accept=".json,application/json" ref={field} /></label><p class="help">{translate("noKeyText")}</p></div>
);

/** @param {Account} account @param {string} lock */
const promptWord = ({ kind }, lock) => (kind === "passkey" ? "asks.passkey" : lock === ZERO ? "asksEnd.once" : "asksEnd.wallet");
