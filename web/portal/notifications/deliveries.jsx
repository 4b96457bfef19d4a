// What was sent to further addresses: what did not arrive is said plainly, what arrived is counted.
import { Fold } from "../../kit/card.jsx";
import { distanceText } from "../../kit/dates.js";
import { groupOf } from "./events.js";
import { t } from "./texts.js";

/** @import { Delivery } from "../personal_answers" */
const SHOWN = 50;

/** @param {{ of: Delivery[] }} props */
export function Deliveries({ of: deliveries }) {
  const arrived = deliveries.filter(({ state }) => state === "delivered").length, others = deliveries.filter(({ state }) => state !== "delivered").reverse();
  return (
    <>
      <h3>{t("deliveries")}</h3>
      {!deliveries.length && <p class="none">{t("noDeliveries")}</p>}
      {arrived > 0 && <p>{t("delivered", { count: arrived })}</p>}
      <ul class="meaning deliveries">
        {others.slice(0, SHOWN).map((one) => (
          <li key={one.delivery_id} class={one.state === "dead" ? "bad" : ""}>{textOf(one)}{one.why && <Fold title={t("why")}><bdi>{one.why}</bdi></Fold>}</li>
        ))}
      </ul>
    </>
  );
}

/** @type {(delivery: Delivery) => string} */
function textOf({ event, state, attempts, due }) {
  const group = groupOf(event), what = t(group ?? "other");
  if (state === "dead") return t("dead", { what, count: attempts });
  return attempts && due ? t("again", { what, when: distanceText(due) }) : t("pending", { what });
}
