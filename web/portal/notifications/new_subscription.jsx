// The form for a further address: e-mail or webhook, and what it is told of.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { Choice, Field } from "../../kit/form.jsx";
import { post } from "../api.js";
import { ALL_GROUPS, MOST_EVENTS, eventsOf } from "./events.js";
import { t } from "./texts.js";

/** @import { Subscription } from "../personal_answers" */
/** @import { Group } from "./events.js" */
const CHANNELS = /** @type {const} */ (["email", "webhook"]), LONGEST = 500;

/** @param {{ back: () => void, done: (subscription: Subscription) => Promise<void> }} props */
export function NewSubscription({ back, done }) {
  const [channel, setChannel] = useState(/** @type {string} */ ("email")), [address, setAddress] = useState("");
  const [all, setAll] = useState(true), [chosen, setChosen] = useState(/** @type {Group[]} */ (["asked", "emergencies"]));
  const isEmail = channel === "email";
  const add = async () => {
    const to = address.trim(), events = all ? [] : eventsOf(chosen);
    if (isEmail ? !/^[^\s@]+@[^\s@]+$/.test(to) : !/^https:\/\/./.test(to)) throw new Error(t(isEmail ? "wrongEmail" : "wrongUrl"));
    if (!all && !chosen.length) throw new Error(t("nothing"));
    if (events.length > MOST_EVENTS) throw new Error(t("tooMany"));
    await done(await post("/me/subscriptions", { channel, address: to, events }));
  };
  return (
    <Card title={t("add")} tone="open">
      <Field label={t("channel")}>{(ids) => <select {...ids} value={channel} onChange={(event) => setChannel(event.currentTarget.value)}>{CHANNELS.map((one) => <option key={one} value={one}>{t(one)}</option>)}</select>}</Field>
      <Field label={t(isEmail ? "emailAddress" : "webhookAddress")} help={isEmail ? undefined : t("webhookHelp")}>
        {(ids) => <input {...ids} type="text" inputMode={isEmail ? "email" : "url"} maxLength={LONGEST} autocomplete={isEmail ? "email" : "off"} value={address} onInput={(event) => setAddress(event.currentTarget.value)} />}
      </Field>
      <fieldset class="choices">
        <legend>{t("what")}</legend>
        <Choice checked={all} onChange={setAll}>{t("everything")}</Choice>
        {!all && ALL_GROUPS.map((group) => <Choice key={group} value={group} checked={chosen.includes(group)} onChange={(checked) => setChosen(ALL_GROUPS.filter((one) => (one === group ? checked : chosen.includes(one))))}>{t(group)}</Choice>)}
      </fieldset>
      <div class="actions"><Button kind="primary" onClick={add}>{t("save")}</Button><Button onClick={back}>{t("cancel")}</Button></div>
    </Card>
  );
}
