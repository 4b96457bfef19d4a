// Reminders to be ready for the loss of a device: after sign-up, and on the overview.
import { ShieldPlus } from "lucide";
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { useLoaded } from "../../kit/loading.jsx";
import { createStore } from "../../kit/store.js";
import { delegations, isLive } from "../delegates/delegations.js";
import { useSession } from "../session.js";
import { t } from "./texts.js";

/** Where the person does what the card asks for. */
const PAGES = ["/portal/devices", "/portal/delegates", "/portal/second-device"];
/** True from the making of a passkey until the person answered the third screen of the sign-up, or put it off. */
const signingUp = createStore(false), put = createStore(false);

/** Show the third screen of the sign-up after the next sign-in. */
export const beginSignUp = () => signingUp.set(true);

/** The third screen of the sign-up: a second device, or somebody trusted; it can be put off. */
export function RecoveryStep() {
  const shown = signingUp.use(), { state } = useSession(), { path } = useLocation();
  if (!shown || state !== "in" || PAGES.includes(path)) return null;
  return (
    <Card title={t("recovery")} tone="open" id="recovery-step">
      <p class="when">{t("step", { step: 3 })}</p><p>{t("recoveryText")}</p>
      <Ways done={() => signingUp.set(false)} />
    </Card>
  );
}

/** A reminder for the overview, for a person with a passkey for whom nobody and no second device may act. */
export function RecoveryHint() {
  const { account } = useSession(), hidden = put.use(), isSigningUp = signingUp.use();
  const loaded = useLoaded(() => (account?.kind === "passkey" ? delegations() : Promise.resolve(null)), [account]);
  if (hidden || isSigningUp || !loaded.value || loaded.value.some(isLive)) return null;
  return <Card title={t("recovery")} id="recovery-hint"><p>{t("recoveryText")}</p><Ways done={() => put.set(true)} /></Card>;
}

/** @param {{ done: () => void }} props */
function Ways({ done }) {
  const [over, setOver] = useState(false);
  const close = () => {
    setOver(true);
    done();
  };
  if (over) return null;
  return (
    <div class="actions">
      <a class="primary" href="/portal/devices" onClick={close}><Icon of={ShieldPlus} />{t("recoveryDevice")}</a>
      <a class="quiet" href="/portal/delegates" onClick={close}>{t("recoveryPerson")}</a>
      <Button kind="plain" onClick={close}>{t("later")}</Button>
    </div>
  );
}
