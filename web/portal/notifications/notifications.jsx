// Where the person is told of what happens, besides this page; and what did not arrive there.
import { MailPlus } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Empty, Facts } from "../../kit/card.jsx";
import { Confirm } from "../../kit/confirm.jsx";
import { CopyText } from "../../kit/copy.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { announce } from "../../kit/problems.jsx";
import { Section } from "../../kit/section.jsx";
import { Name } from "../../kit/sentence.jsx";
import { call, get, pages } from "../api.js";
import { Deliveries } from "./deliveries.jsx";
import { ALL_GROUPS, groupsOf } from "./events.js";
import { NewSubscription } from "./new_subscription.jsx";
import { t } from "./texts.js";

/** @import { Delivery, Subscription } from "../personal_answers" */
const PAGE = 200;

/** @type {() => Promise<{ subscriptions: Subscription[], deliveries: Delivery[] }>} */
async function load() {
  const [subscriptions, deliveries] = await Promise.all([get("/me/subscriptions"), pages("/me/deliveries", (/** @type {Delivery} */ one) => one.delivery_id, PAGE)]);
  return { subscriptions, deliveries };
}

/** The page of notification settings. */
export function Notifications() {
  const loaded = useLoaded(load, []), [adding, setAdding] = useState(false), [secret, setSecret] = useState("");
  const added = async (/** @type {Subscription} */ subscription) => {
    setAdding(false);
    setSecret(subscription.secret);
    await loaded.reload();
    announce(t("added"));
  };
  return (
    <Section id="notifications" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      {secret && <Card title={t("secret")} tone="open"><p class="help">{t("secretHelp")}</p><CopyText label={t("secret")} text={secret} rows={1} /><div class="actions"><Button kind="primary" onClick={() => setSecret("")}>{t("putAway")}</Button></div></Card>}
      {adding ? <NewSubscription back={() => setAdding(false)} done={added} /> : <div class="actions"><Button kind="primary" onClick={() => setAdding(true)}><Icon of={MailPlus} />{t("add")}</Button></div>}
      <Loaded of={loaded}>
        {({ subscriptions, deliveries }) => (
          <>
            {subscriptions.length ? subscriptions.map((one) => <SubscriptionCard key={one.subscription_id} of={one} changed={loaded.reload} />) : !adding && <Empty icon={<Icon of={MailPlus} />} text={t("none")} />}
            <Deliveries of={deliveries} />
          </>
        )}
      </Loaded>
      <p class="help">{t("night")}</p>
    </Section>
  );
}

/** @param {{ of: Subscription, changed: () => Promise<void> }} props */
function SubscriptionCard({ of: { subscription_id: id, channel, address, events }, changed }) {
  const groups = groupsOf(events);
  const end = async () => {
    await call("DELETE", `/me/subscriptions/${id}`);
    await changed();
    announce(t("ended"));
  };
  return (
    <Card title={<Name of={address} />} tone="active" badge={<Badge>{t(channel === "email" ? "email" : "webhook")}</Badge>}>
      <Facts of={[[t("what"), groups.length === ALL_GROUPS.length ? t("everything") : groups.map((group) => t(group)).join(" · ")]]} />
      <div class="actions"><Confirm kind="danger" open={t("end")} confirm={t("endConfirm")} onConfirm={end}><p>{t("endHelp")}</p></Confirm></div>
    </Card>
  );
}
