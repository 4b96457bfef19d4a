// Who may act for the person, and for whom the person acts.
import { UserRoundPlus, Users } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card, Empty, Fold } from "../../kit/card.jsx";
import { dayText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { Section } from "../../kit/section.jsx";
import { relationOf, shortOf, useActing } from "../acting.js";
import { categoryOf } from "../vocabulary.js";
import { DelegationCard } from "./delegation_card.jsx";
import { OWN_DEVICE, delegations, isLive } from "./delegations.js";
import { MyIdentifier } from "./identifier.jsx";
import { takeIdentifier } from "./identifiers.js";
import { NameDelegate } from "./name_delegate.jsx";
import { t } from "./texts.js";

/** The page of delegates. */
export function Delegates() {
  const loaded = useLoaded(delegations, []), [first] = useState(takeIdentifier), [naming, setNaming] = useState(Boolean(first));
  const named = async () => {
    setNaming(false);
    await loaded.reload();
  };
  return (
    <Section id="delegates" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      {naming ? <NameDelegate identifier={first} back={() => setNaming(false)} done={named} /> : (
        <>
          <div class="actions"><Button kind="primary" onClick={() => setNaming(true)}><Icon of={UserRoundPlus} />{t("name")}</Button></div>
          <Loaded of={loaded}>{(all) => <DelegationList all={all.filter(({ relation }) => relation !== OWN_DEVICE)} changed={loaded.reload} />}</Loaded>
        </>
      )}
      <p class="help">{t("guardianHelp")}</p>
      <WardList />
      <Fold title={t("myId")}><p class="help">{t("myIdHelp")}</p><MyIdentifier path="/portal/delegates" /></Fold>
    </Section>
  );
}

/** Delegations, those that are over folded away. @param {{ all: import("../personal_answers").DelegationView[], changed: () => Promise<void>, none?: string }} props */
export function DelegationList({ all, changed, none = t("none") }) {
  const live = all.filter(isLive), over = all.filter((delegation) => !isLive(delegation));
  return (
    <>
      {live.length ? live.map((delegation) => <DelegationCard key={delegation.entry} of={delegation} changed={changed} />) : <Empty icon={<Icon of={Users} />} text={none} />}
      {over.length > 0 && <Fold title={t("past", { count: over.length })}>{over.map((delegation) => <DelegationCard key={delegation.entry} of={delegation} changed={changed} />)}</Fold>}
    </>
  );
}

function WardList() {
  const { wards } = useActing();
  return (
    <>
      <h3>{t("mine")}</h3>
      {wards.length ? wards.map((ward) => (
        <Card key={ward.person} title={`${shortOf(ward)} · ${relationOf(ward)}`}><p>{t("wardUntil", { categories: ward.categories.map(categoryOf).join(", "), until: dayText(Number(ward.expires) - 1) })} {t("choose")}</p></Card>
      )) : <p class="none">{t("noWards")}</p>}
    </>
  );
}
