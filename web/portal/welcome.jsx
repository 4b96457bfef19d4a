// The start of the page and the ways to sign in: a passkey that this browser remembers, another, a new one, or a wallet.
import { useState } from "preact/hooks";
import { Button } from "../kit/button.jsx";
import { Fold } from "../kit/card.jsx";
import { create, find, remember, remembered } from "./passkey.js";
import { signIn } from "./session.js";
import { connect } from "./wallet.js";
import { translate } from "./words.js";

/** What the page is for, and how to sign in. */
export function Welcome() {
  const [known, setKnown] = useState(remembered);
  const forget = () => {
    remember(null);
    setKnown(null);
  };
  return (
    <section id="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title" tabIndex={-1}>{translate("welcome")}</h2>
      <p>{translate("welcomeText")}</p>
      <p class="help">{translate("signInHelp")}</p>
      <div class="ways">
        <div class="way" role="group" aria-labelledby="passkey-title">
          <h3 id="passkey-title">{translate("passkeyTitle")}</h3>
          <p>{translate("passkeyText")}</p>
          {known ? <KnownPasskey name={known.name || `${known.key.slice(0, 10)}…`} forget={forget} /> : <NewPasskey />}
        </div>
        <div class="way" role="group" aria-labelledby="wallet-title">
          <h3 id="wallet-title">{translate("walletTitle")}</h3>
          <p>{translate("walletText")}</p>
          <div class="actions"><Button id="sign-in" onClick={() => signIn(connect)}>{translate("signIn")}</Button></div>
        </div>
      </div>
    </section>
  );
}

/** @param {{ name: string, forget: () => void }} props */
const KnownPasskey = ({ name, forget }) => (
  <>
    <p id="remembered" class="help">{translate("rememberedPasskey", { name })}</p>
    <div class="actions">
      <Button id="passkey-in" kind="primary" onClick={() => signIn(() => find())}>{translate("usePasskey")}</Button>
      <Button id="passkey-other" onClick={() => signIn(() => find(null))}>{translate("otherPasskey")}</Button>
      <Button id="passkey-forget" kind="plain" onClick={forget}>{translate("forgetPasskey")}</Button>
    </div>
  </>
);

/** A browser that knows no passkey: a new one comes first. */
function NewPasskey() {
  const [name, setName] = useState("");
  return (
    <>
      <p><label for="passkey-name">{translate("passkeyName")}</label><br /><input type="text" id="passkey-name" maxLength={64} autocomplete="off" value={name} placeholder={translate("myData")} onInput={(event) => setName(event.currentTarget.value)} /></p>
      <p id="make-help" class="help">{translate("makeHelp")}</p>
      <div class="actions"><Button id="passkey-new" kind="primary" describedBy="make-help" onClick={() => signIn(() => create(name.trim() || translate("myData")))}>{translate("makePasskey")}</Button></div>
      <Fold id="have-passkey" title={translate("havePasskey")}>
        <p id="find-help" class="help">{translate("findHelp")}</p>
        <Button id="passkey-in" describedBy="find-help" onClick={() => signIn(() => find())}>{translate("usePasskey")}</Button>
      </Fold>
    </>
  );
}
