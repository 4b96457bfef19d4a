// The secrets that only the person keeps, offered as files until they are saved.
import { Button } from "../kit/button.jsx";
import { Card } from "../kit/card.jsx";
import { hideSaved, saveSecret, useHeldSecrets } from "./keys.js";
import { translate } from "./words.js";

/** A card for each secret that is not put away. */
export const Keeping = () => (
  <div id="keeping">
    {useHeldSecrets().map((one) => (
      <Card key={one.lock} tone="open" title={translate("keepKey")}>
        <p>{translate("keepKeyText", { name: one.name })}</p>
        <div class="actions">
          <Button kind="primary" onClick={() => saveSecret(one)}>{translate("saveKey")}</Button>
          {one.saved && <Button onClick={hideSaved}>{translate("hide")}</Button>}
        </div>
        <p role="status">{one.saved ? translate("keyKept") : ""}</p>
      </Card>
    ))}
  </div>
);
