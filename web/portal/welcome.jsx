// The start of the page and the ways to sign in: a passkey that this browser remembers, another, a new one, or a wallet.
import { Eye, FileSignature, Undo2 } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../kit/button.jsx";
import { Fold } from "../kit/card.jsx";
import { Icon } from "../kit/icon.jsx";
import { messages } from "../kit/messages.js";
import { beginSignUp } from "./devices/recovery.jsx";
import { SECOND } from "./devices/second_device.jsx";
import { t as deviceText } from "./devices/texts.js";
import { create, find, remember, remembered } from "./passkey.js";
import { Personas } from "./personas.jsx";
import { signIn } from "./session.js";
import { connect } from "./wallet.js";
import { translate } from "./words.js";

const t = messages(
  { start: "Start with a passkey", see: "See who asked for your data, also those who were refused.", sign: "Say yes or no, to all of it or to a part, by your signature.", end: "End it at any time, and prove all of it.", back: "Back", wallet: "I have a wallet" },
  { start: "패스키로 시작하기", see: "누가 내 데이터를 요청했는지, 거절된 요청까지 봅니다.", sign: "전부 또는 일부만, 내 서명으로 동의하거나 거절합니다.", end: "언제든 철회하고, 모두 증명할 수 있습니다.", back: "뒤로", wallet: "지갑이 있어요" },
);
const REASONS = /** @type {const} */ ([["see", Eye], ["sign", FileSignature], ["end", Undo2]]);

/** What the page is for, and how to sign in. */
export function Welcome() {
  const [known, setKnown] = useState(remembered), [making, setMaking] = useState(location.pathname === SECOND);
  const forget = () => {
    remember(null);
    setKnown(null);
  };
  return (
    <section id="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title" tabIndex={-1}>{location.pathname === SECOND ? deviceText("secondTitle") : translate("welcome")}</h2>
      {making && !known ? <NewPasskey back={() => setMaking(false)} made={() => setKnown(remembered())} /> : (
        <>
          <ul class="reasons">{REASONS.map(([word, icon]) => <li key={word}><Icon of={icon} />{t(word)}</li>)}</ul>
          {known ? <KnownPasskey name={known.name || `${known.key.slice(0, 10)}…`} forget={forget} /> : <Start go={() => setMaking(true)} />}
        </>
      )}
      {!making && <Personas />}
      <p class="help">{translate("signInHelp")}</p>
      <Fold id="have-wallet" title={t("wallet")}>
        <p>{translate("walletText")}</p>
        <Button id="sign-in" onClick={() => signIn(connect)}>{translate("signIn")}</Button>
      </Fold>
    </section>
  );
}

/** A browser that knows no passkey: a new one comes first. @param {{ go: () => void }} props */
const Start = ({ go }) => (
  <>
    <p class="when">{deviceText("step", { step: 1 })}</p>
    <div class="actions"><Button id="start" kind="primary" onClick={go}>{t("start")}</Button></div>
    <Fold id="have-passkey" title={translate("havePasskey")}>
      <p id="find-help" class="help">{translate("findHelp")}</p>
      <Button id="passkey-in" describedBy="find-help" onClick={() => signIn(() => find())}>{translate("usePasskey")}</Button>
    </Fold>
  </>
);

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

/** The second screen: what a passkey is, and making one. @param {{ back: () => void, made: () => void }} props */
function NewPasskey({ back, made }) {
  const [name, setName] = useState("");
  const make = async () => {
    try {
      await signIn(() => create(name.trim() || translate("myData")));
      if (location.pathname !== SECOND) beginSignUp();
    } finally {
      made();
    }
  };
  return (
    <>
      <p class="when">{deviceText("step", { step: 2 })}</p>
      <p>{translate("passkeyText")}</p>
      <p><label for="passkey-name">{translate("passkeyName")}</label><br /><input type="text" id="passkey-name" maxLength={64} autocomplete="off" value={name} placeholder={translate("myData")} onInput={(event) => setName(event.currentTarget.value)} /></p>
      <p id="make-help" class="help">{translate("makeHelp")}</p>
      <div class="actions"><Button id="passkey-new" kind="primary" describedBy="make-help" onClick={make}>{translate("makePasskey")}</Button><Button id="start-back" onClick={back}>{t("back")}</Button></div>
    </>
  );
}
