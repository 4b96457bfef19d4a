// The clinical profile: turning it on by a consent, what it says and where each fact comes from, and turning it off.
import { HeartPulse } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card, Empty } from "../../kit/card.jsx";
import { DAY, dayKey, endOfDay, now, timeText } from "../../kit/dates.js";
import { DayField } from "../../kit/form.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { announce } from "../../kit/problems.jsx";
import { Section } from "../../kit/section.jsx";
import { loadParties } from "../parties/parties.js";
import { Deciding } from "../signing/deciding.jsx";
import { Facts } from "./facts.jsx";
import { builderConsent, draftTurnOn, loadProfile } from "./own_profile.js";
import { t } from "./texts.js";

/** @import { Consent } from "../answers" */
/** @import { Shown } from "../signing/draft.js" */
/** @import { OpenedProfile } from "./own_profile.js" */
const FIRST = 365;

/** @type {() => Promise<{ profile: OpenedProfile, consent: Consent | undefined, parties: import("../parties/parties.js").Parties }>} */
async function load() {
  const [profile, parties] = await Promise.all([loadProfile(), loadParties()]);
  return { profile, parties, consent: profile.state === "none" ? undefined : await builderConsent(profile) };
}

/** The page of the clinical profile. */
export function ProfilePage() {
  const loaded = useLoaded(load, []);
  return (
    <Section id="profile" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      <Loaded of={loaded}>
        {({ profile, consent, parties }) => (profile.state === "none" ? <TurnOn profile={profile} changed={loaded.reload} /> : (
          <>
            {profile.state === "building" ? <Empty icon={<Icon of={HeartPulse} />} text={t("building")}><div class="actions"><Button onClick={loaded.reload}>{t("again")}</Button></div></Empty> : (
              <>
                <p class="help">{t("built", { time: timeText(profile.built_at), count: profile.sources.length })} {profile.state === "stale" && t("stale")}</p>
                <Facts of={profile} parties={parties} />
              </>
            )}
            {consent && <p><a class="danger" href={`/portal/consents/${consent.entry}`}>{t("off")}</a> <span class="help">{t("offHelp")}</span></p>}
          </>
        ))}
      </Loaded>
    </Section>
  );
}

/** @param {{ profile: OpenedProfile, changed: () => Promise<void> }} props */
function TurnOn({ profile, changed }) {
  const [day, setDay] = useState(dayKey(now() + FIRST * DAY)), [shown, setShown] = useState(/** @type {Shown | null} */ (null));
  const draft = async () => {
    if (!(endOfDay(day) > now())) throw new Error(t("pastDay"));
    setShown(await draftTurnOn(profile, endOfDay(day)));
  };
  const done = async () => {
    setShown(null);
    await changed();
    announce(t("done"));
  };
  return (
    <Card title={t("none")} tone="open">
      <p>{t("use")}</p>
      {shown ? <Deciding first={{ shown }} back={() => setShown(null)} done={done} /> : (
        <>
          <DayField label={t("until")} value={day} min={dayKey(now())} onChange={setDay} />
          <div class="actions"><Button kind="primary" onClick={draft}>{t("on")}</Button></div>
        </>
      )}
    </Card>
  );
}
