// A new share link: the only time that it is shown.
import { Send } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { CopyText } from "../../kit/copy.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Qr } from "../../kit/qr.jsx";
import { t } from "./texts.js";

/** @import { Fresh } from "./links.jsx" */
const STOPPED = "AbortError";

/** @param {{ of: Fresh, done: () => void }} props */
export function FreshLink({ of: { shlink, passcode, label }, done }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => place.current?.querySelector("h2")?.focus(), []);
  return (
    <div ref={place}>
      <Card title={t("made")} tone="open" id="fresh-link">
        <p class="help">{t("once")}</p>
        <Qr text={shlink} label={t("qr", { label: label || t("noLabel") })} />
        <p class="help center">{t("scan")}</p>
        {passcode && <p class="center"><strong>{t("yours", { passcode })}</strong></p>}
        <CopyText label={t("link")} text={shlink} rows={3} />
        <div class="actions">
          {"share" in navigator && <Button onClick={() => send(shlink, label)}><Icon of={Send} />{t("send")}</Button>}
          <Button kind="primary" onClick={done}>{t("put")}</Button>
        </div>
      </Card>
    </div>
  );
}

/** Hand the link to another app of the device. @type {(text: string, title: string) => Promise<void>} */
async function send(text, title) {
  await navigator.share({ text, title }).catch((error) => {
    if (error.name !== STOPPED) throw error;
  });
}
