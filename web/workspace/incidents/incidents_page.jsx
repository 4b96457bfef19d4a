// Emergencies of a crew: declare one, read what it reaches, extend it, and see when it is reviewed.
import { useState } from "preact/hooks";
import { Fold } from "../../kit/card.jsx";
import { now } from "../../kit/dates.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { Section } from "../../kit/section.jsx";
import { usePresent } from "../party.js";
import { PageKey } from "../self/self_page.jsx";
import { DeclareForm } from "./declare_form.jsx";
import { EmergencyCard } from "./emergency_card.jsx";
import { endOf, loadEmergencies } from "./incidents.js";

const SHOWN = 20;
const t = messages(
  { title: "Emergencies", intro: "For a person who cannot say yes now. What you declare and open stands in the log at once, the person and their guardians are told, and a reviewer examines it.", declared: "Declared. The emergency is open.", another: "Declare another emergency", past: "Earlier emergencies ({count})" },
  { title: "응급 상황", intro: "지금 동의할 수 없는 사람을 위한 화면입니다. 선언하고 열람한 내용은 곧바로 로그에 남고, 당사자와 보호자에게 알려지며, 심사자가 심사합니다.", declared: "선언했습니다. 응급 상황이 진행 중입니다.", another: "다른 응급 상황 선언하기", past: "지난 응급 상황 ({count})" },
);

/** The page. */
export function IncidentsPage() {
  const emergencies = useLoaded(loadEmergencies, []), { opens } = usePresent(), [fresh, setFresh] = useState("");
  const changed = async (/** @type {string} */ incident) => {
    setFresh(incident);
    await emergencies.reload();
  };
  const declared = async (/** @type {string} */ incident) => {
    await changed(incident);
    announce(t("declared"));
    document.getElementById("incidents")?.scrollIntoView();
  };
  return (
    <Section id="incidents" title={t("title")} intro={t("intro")}>
      {!opens && <PageKey />}
      <Loaded of={emergencies}>
        {(all) => {
          const open = all.filter((one) => endOf(one) > now()), past = all.filter((one) => endOf(one) <= now());
          const card = (/** @type {import("./incidents.js").Emergency} */ one) => <EmergencyCard key={`${one.declared.incident} ${one.extension?.incident}`} of={one} isFresh={one.declared.incident === fresh} changed={changed} />;
          return (
            <>
              {open.map(card)}
              {open.length ? <Fold key={fresh} title={t("another")}><DeclareForm declared={declared} /></Fold> : <DeclareForm declared={declared} />}
              {past.length > 0 && <Fold title={t("past", { count: past.length })}>{past.slice(0, SHOWN).map(card)}</Fold>}
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}
