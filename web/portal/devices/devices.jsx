// The person's devices: a second one acts for them, as a delegation that they sign.
import { Smartphone } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { Section } from "../../kit/section.jsx";
import { DelegationList } from "../delegates/delegates.jsx";
import { OWN_DEVICE, delegations } from "../delegates/delegations.js";
import { takeIdentifier } from "../delegates/identifiers.js";
import { AddDevice } from "./add_device.jsx";
import { t } from "./texts.js";

/** The page of devices. */
export function Devices() {
  const loaded = useLoaded(delegations, []), [first] = useState(takeIdentifier), [adding, setAdding] = useState(Boolean(first));
  const added = async () => {
    setAdding(false);
    await loaded.reload();
  };
  return (
    <Section id="devices" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      {adding ? <AddDevice identifier={first} back={() => setAdding(false)} done={added} /> : (
        <>
          <div class="actions"><Button kind="primary" onClick={() => setAdding(true)}><Icon of={Smartphone} />{t("add")}</Button></div>
          <Loaded of={loaded}>{(all) => <DelegationList all={all.filter(({ relation }) => relation === OWN_DEVICE)} changed={loaded.reload} none={t("none")} />}</Loaded>
        </>
      )}
      <Lost />
    </Section>
  );
}

const Lost = () => (
  <Card title={t("lost")}><p>{t("sync")}</p><p>{t("lostOne")}</p><p>{t("lostLast")}</p></Card>
);
