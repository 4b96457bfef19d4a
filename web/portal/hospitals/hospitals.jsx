// Which hospitals and companies know the person by which patient number, and a code to bind one more.
import { Building2 } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Empty, Fold } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { Section } from "../../kit/section.jsx";
import { get } from "../api.js";
import { loadParties } from "../parties/parties.js";
import { BindingCard } from "./binding_card.jsx";
import { CounterCode } from "./counter_code.jsx";
import { t } from "./texts.js";

/** @import { Parties } from "../parties/parties.js" */
/** @import { Binding } from "../personal_answers" */

/** @type {() => Promise<{ bindings: Binding[], parties: Parties }>} */
async function load() {
  const [bindings, parties] = await Promise.all([get("/me/bindings"), loadParties()]);
  return { bindings, parties };
}

/** The page of patient numbers. */
export function Hospitals() {
  const loaded = useLoaded(load, []), [asking, setAsking] = useState(false);
  return (
    <Section id="hospitals" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      <Loaded of={loaded}>
        {({ bindings, parties }) => {
          const present = bindings.filter(({ state }) => state !== "ended"), past = bindings.filter(({ state }) => state === "ended");
          const card = (/** @type {Binding} */ binding) => <BindingCard key={binding.binding_id} of={binding} parties={parties} changed={loaded.reload} />;
          return (
            <>
              {asking ? <CounterCode parties={parties} bindings={bindings} changed={loaded.reload} close={() => setAsking(false)} /> : <div class="actions"><Button kind="primary" onClick={() => setAsking(true)}>{t("code")}</Button></div>}
              {present.length ? present.map(card) : !asking && <Empty icon={<Icon of={Building2} />} text={t("none")} />}
              {past.length > 0 && <Fold title={t("past", { count: past.length })}>{past.map(card)}</Fold>}
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}
