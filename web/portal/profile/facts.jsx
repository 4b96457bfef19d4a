// The facts of a clinical profile by kind, each with a link to the records that it comes from.
import { Card } from "../../kit/card.jsx";
import { dayText } from "../../kit/dates.js";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { partyName } from "../parties/parties.js";
import { t } from "./texts.js";

/** @import { Parties } from "../parties/parties.js" */
/** @import { Fact } from "../personal_answers" */
/** @import { OpenedProfile } from "./own_profile.js" */
const KINDS = /** @type {const} */ (["birth", "sex", "condition", "medication", "allergy", "value"]), SEXES = ["male", "female", "other", "unknown"];

/** @param {{ of: OpenedProfile, parties: Parties }} props */
export function Facts({ of: profile, parties }) {
  if (!profile.facts.length) return <p class="none">{t("nothing")}</p>;
  return (
    <>
      {KINDS.map((kind) => ({ kind, facts: profile.facts.filter((fact) => fact.kind === kind) })).filter(({ facts }) => facts.length).map(({ kind, facts }) => (
        <Card key={kind} title={t(kind)}>
          <ul class="meaning">{facts.map((fact, number) => <li key={number}><strong><bdi>{textOf(fact)}</bdi></strong> <Sources of={fact} profile={profile} parties={parties} /></li>)}</ul>
        </Card>
      ))}
    </>
  );
}

/** @param {{ of: Fact, profile: OpenedProfile, parties: Parties }} props */
function Sources({ of: fact, profile, parties }) {
  const records = fact.sources.flatMap((place) => profile.sources.find(({ record_id: id }) => id === profile.sourceIds[place]) ?? []);
  if (!records.length) return null;
  return (
    <small class="when">
      {records.map((record) => (
        <a key={record.record_id} href={`/portal/records/${record.record_id}`}><Sentence text={t("from", { names: isolated(record.declared_by === "self" ? t("self") : partyName(parties, record.holder)) })} />, {dayText(record.issued_at)}</a>
      ))}
    </small>
  );
}

/** @type {(fact: Fact) => string} */
function textOf({ kind, text = "", label = "", code = "", number, unit = "", comparator = "", at_time: time }) {
  const sex = kind === "sex" && SEXES.includes(text) ? t(/** @type {"male"} */ (text)) : "";
  const value = number === undefined ? "" : `${comparator}${number} ${unit}`.trim();
  return [sex || text, text ? "" : label || code, text && label && label !== text ? label : "", value, time ? dayText(time) : ""].filter(Boolean).join(", ");
}
