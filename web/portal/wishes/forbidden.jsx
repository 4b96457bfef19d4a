// Parties that are forbidden everything, and forbidding one, which is signed as any consent.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { Field } from "../../kit/form.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { announce } from "../../kit/problems.jsx";
import { Name } from "../../kit/sentence.jsx";
import { get } from "../api.js";
import { isLive } from "../consents/consents.jsx";
import { BLOCK, hasPermit, isBlock } from "../grants/terms.js";
import { loadParties } from "../parties/parties.js";
import { presentAccount } from "../session.js";
import { Deciding } from "../signing/deciding.jsx";
import { decisionFor, generalNotice, shownDraft } from "../signing/draft.js";
import { inLanguage, nameOf } from "../words.js";
import { t } from "./texts.js";

/** @import { Consent } from "../answers" */
/** @import { Parties } from "../parties/parties.js" */
/** @import { Shown } from "../signing/draft.js" */

/** @type {() => Promise<{ consents: Consent[], parties: Parties }>} */
async function load() {
  const [consents, parties] = await Promise.all([get("/consents"), loadParties()]);
  return { consents: consents.filter(isLive), parties };
}

/** The card of forbidden parties. */
export function Forbidden() {
  const loaded = useLoaded(load, []), [shown, setShown] = useState(/** @type {Shown | null} */ (null));
  const done = async () => {
    setShown(null);
    await loaded.reload();
    announce(t("forbidden"));
  };
  return (
    <Card title={t("parties")} id="forbidden">
      <p class="help">{t("partiesText")}</p>
      {shown ? <Deciding first={{ shown }} back={() => setShown(null)} done={done} /> : <Loaded of={loaded}>{(all) => <Choosing all={all} show={setShown} />}</Loaded>}
    </Card>
  );
}

/** @param {{ all: { consents: Consent[], parties: Parties }, show: (shown: Shown) => void }} props */
function Choosing({ all: { consents, parties }, show }) {
  const [chosen, setChosen] = useState(""), blocked = consents.filter(({ grants }) => grants.some(isBlock)), own = presentAccount().address.toLowerCase();
  const offered = [...parties.values()].filter(({ account }) => account.toLowerCase() !== own && !blocked.some(({ grantee }) => grantee === account));
  const isEnding = consents.some(({ grantee, grants }) => grantee === chosen && hasPermit(grants));
  const draft = async () => {
    if (!chosen) throw new Error(t("none"));
    show(await shownDraft(decisionFor({ grantee: chosen, noticeHash: await generalNotice() }, [BLOCK])));
  };
  return (
    <>
      {blocked.length ? <ul class="meaning">{blocked.map(({ entry, grantee, grantee_name: name }) => <li key={entry}><Name of={nameOf(grantee, name)} /></li>)}</ul> : <p>{t("noParties")}</p>}
      {blocked.length > 0 && <p><a href="/portal/consents">{t("lift")}</a></p>}
      <Field label={t("party")}>
        {(ids) => <select {...ids} value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}><option value="">{t("choose")}</option>{offered.map(({ account, name }) => <option key={account} value={account}>{inLanguage(name)}</option>)}</select>}
      </Field>
      {isEnding && <p class="help">{t("ends")}</p>}
      <div class="actions"><Button kind="danger" disabled={!chosen} onClick={draft}>{t("forbid")}</Button></div>
    </>
  );
}
