// The terms of grants one by one, as they are signed.
import { isNever, timeText } from "../../kit/dates.js";
import { Badge, Facts, Fold } from "../../kit/card.jsx";
import { messages } from "../../kit/messages.js";
import { categoryOf, purposeOf } from "../vocabulary.js";
import { actionOf, conditionsOf, translate } from "../words.js";
import { isTransfer } from "./terms.js";

/** @import { Draft, Grant } from "../answers" */
/** @import { Word } from "../words.js" */
const t = messages({ details: "Details" }, { details: "자세히" });

/** The grants in a fold. @param {{ grants: Grant[], title?: string, holderOf?: (account: string) => string, children?: preact.ComponentChildren }} props */
export const Details = ({ grants, title = t("details"), holderOf, children }) => (
  <Fold title={title} class="details">{grants.map((grant, number) => <GrantFacts key={number} grant={grant} holderOf={holderOf} />)}{children}</Fold>
);

/** One grant. @param {{ grant: Grant, holderOf?: (account: string) => string }} props */
export function GrantFacts({ grant, holderOf }) {
  const period = Number(grant.dataFrom) || Number(grant.dataUntil) ? `${Number(grant.dataFrom) ? timeText(grant.dataFrom) : "…"} – ${Number(grant.dataUntil) ? timeText(grant.dataUntil) : "…"}` : "";
  const mark = grant.effect === "forbid" ? <Badge tone="bad">{translate("forbidden")}</Badge> : isTransfer(grant) ? <Badge tone="wait">{translate("transferRequest")}</Badge> : null;
  return (
    <div class="grant">
      {mark && <p>{mark}</p>}
      <Facts of={[
        [translate("data"), grant.categories.map(categoryOf).join(", ")],
        [translate("purpose"), grant.purposes.map(purposeOf).join(", ")],
        [translate("action"), grant.actions.map(actionOf).join(", ")],
        [translate("from"), Number(grant.notBefore) ? timeText(grant.notBefore) : ""],
        [translate("until"), isNever(grant.expires) ? translate("always") : timeText(grant.expires)],
        [translate("period"), period],
        [translate("records"), grant.records.length ? translate("recordCount", { count: grant.records.length }) : ""],
        [translate("conditions"), conditionsOf(grant.conditions, holderOf)],
      ]} />
    </div>
  );
}

/** Every member of what is signed, with its codes. @param {{ draft: Draft, note?: Word }} props */
export const Exact = ({ draft: { typed_data: { message, domain, primaryType } }, note = "exactNote" }) => (
  <Fold title={translate("exact")} class="exact">
    <p class="help">{translate(note)}</p>
    <dl>
      {[["", primaryType], ...members(message), ...members(domain, "domain.")].map(([name, value]) => <div key={name}><dt>{name}</dt><dd><code>{value}</code></dd></div>)}
    </dl>
  </Fold>
);

/** @type {(struct: object, path?: string) => string[][]} */
function members(struct, path = "") {
  return Object.entries(struct).flatMap(([name, part]) => {
    if (!Array.isArray(part)) return [[path + name, String(part)]];
    return part.length && typeof part[0] === "object" ? part.flatMap((item, index) => members(item, `${path}${name}[${index}].`)) : [[path + name, part.join(", ")]];
  });
}
