// One share link: until when it works, how often it was opened, and its end.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Facts } from "../../kit/card.jsx";
import { Confirm } from "../../kit/confirm.jsx";
import { dayText, distanceText, timeText } from "../../kit/dates.js";
import { Field } from "../../kit/form.jsx";
import { announce } from "../../kit/problems.jsx";
import { Name } from "../../kit/sentence.jsx";
import { call, post } from "../api.js";
import { keyIn } from "./link_terms.js";
import { t } from "./texts.js";

/** @import { LinkView } from "../personal_answers" */

/** @param {{ of: LinkView, changed: () => Promise<void> }} props */
export function LinkCard({ of: link, changed }) {
  const { name, label, flag, expires, opened, last_opened: last, made_at: madeAt, live, remaining_attempts: attempts } = link;
  const end = async () => {
    await call("DELETE", `/me/links/${name}`);
    announce(t("endDone"));
    await changed();
  };
  return (
    <Card title={label ? <Name of={label} /> : t("noLabel")} tone={live ? "active" : ""} badge={<Badge tone={live ? "good" : ""}>{t(live ? "working" : "ended")}</Badge>}>
      <Facts of={[
        [t("opened"), opened ? [t("times", { count: opened }), last && t("last", { time: timeText(last), distance: distanceText(last) })].filter(Boolean).join(", ") : t("never")],
        [t("expires"), Number(expires) ? `${dayText(Number(expires) - 1)} (${distanceText(expires)})` : t("forever")],
        [t("protected"), flag.includes("P") ? t("attempts", { count: attempts }) : t("open")],
        [t("madeAt"), timeText(madeAt)],
      ]} />
      <div class="actions">
        {live && <Confirm kind="danger" open={t("end")} confirm={t("endConfirm")} onConfirm={end}><p>{t("consequence")}</p></Confirm>}
        {live && flag.includes("L") && <Refresh name={name} changed={changed} />}
        {opened > 0 && <a class="plain" href="/portal/timeline">{t("who")}</a>}
      </div>
    </Card>
  );
}

/** @param {{ name: string, changed: () => Promise<void> }} props */
function Refresh({ name, changed }) {
  const [link, setLink] = useState(/** @type {string | null} */ (null));
  const refresh = async () => {
    const key = keyIn(link ?? "");
    if (!key) throw new Error(t("notLink"));
    await post(`/me/links/${name}/refresh`, { key });
    setLink(null);
    announce(t("refreshed"));
    await changed();
  };
  if (link === null) return <Button onClick={() => setLink("")}>{t("refresh")}</Button>;
  return (
    <div class="step">
      <Field label={t("link")} help={t("refreshHelp")}>{(ids) => <textarea {...ids} rows={3} spellcheck={false} autocomplete="off" value={link} onInput={(event) => setLink(event.currentTarget.value)} />}</Field>
      <Button onClick={refresh}>{t("refreshDo")}</Button>
    </div>
  );
}
