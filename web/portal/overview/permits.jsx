// Who may read now, and which consents end soon.
import { Clock, Eye, EyeOff } from "lucide";
import { Card } from "../../kit/card.jsx";
import { dayText, distanceText, isNever } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { Name } from "../../kit/sentence.jsx";
import { Categories } from "../grants/categories.jsx";
import { categoryOf } from "../vocabulary.js";
import { nameOf } from "../words.js";

/** @import { Ending, Permit } from "./overview" */
const SHOWN = 5;
const t = messages(
  { title: "Who may read now", nothing: "Nothing is allowed at present.", nothingHelp: "Without a consent of yours nobody reads your data, apart from crews in an emergency.", until: "until {day}, {distance}", always: "until you withdraw", all: "See my consents", more: "and {count} more",
    soon: "Ends soon", ends: "ends {distance}, {day}" },
  { title: "지금 열람할 수 있는 곳", nothing: "현재 허용 중인 동의가 없습니다.", nothingHelp: "내 동의 없이는 응급 상황의 구조대 외에 누구도 내 데이터를 열람하지 못합니다.", until: "{day}까지, {distance}", always: "철회할 때까지", all: "내 동의 보기", more: "외 {count}곳",
    soon: "곧 끝나는 동의", ends: "{distance} 종료, {day}" },
);

/** @param {{ of: Permit[] }} props */
export function ReadersNow({ of: permits }) {
  const now = permits.filter(({ permitted }) => permitted.length);
  return (
    <Card id="readers-now" tone={now.length ? "active" : ""} title={<><Icon of={now.length ? Eye : EyeOff} /> {now.length ? t("title") : t("nothing")}</>}>
      {now.length === 0 && <p class="help">{t("nothingHelp")}</p>}
      <ul class="readers">{now.slice(0, SHOWN).map((permit) => <Reader key={permit.consent} of={permit} />)}</ul>
      {now.length > SHOWN && <p class="help">{t("more", { count: now.length - SHOWN })}</p>}
      {now.length > 0 && <div class="actions"><a class="quiet" href="/portal/consents">{t("all")}</a></div>}
    </Card>
  );
}

/** @param {{ of: Permit }} props */
const Reader = ({ of: { grantee, grantee_name: name, permitted, until } }) => (
  <li>
    <strong><Name of={nameOf(grantee, name)} /></strong>
    <Categories codes={permitted} />
    <small>{isNever(until) ? t("always") : t("until", { day: dayText(until), distance: distanceText(until) })}</small>
  </li>
);

/** @param {{ of: Ending[] }} props */
export const EndsSoon = ({ of: endings }) =>
  endings.length > 0 && (
    <Card id="ends-soon" title={<><Icon of={Clock} /> {t("soon")}</>}>
      <ul class="readers">{endings.slice(0, SHOWN).map(({ consent, grantee, grantee_name: name, categories, ends }) => <li key={consent}><strong><Name of={nameOf(grantee, name)} /></strong><span>{categories.map(categoryOf).join(", ")}</span><small>{t("ends", { day: dayText(ends), distance: distanceText(ends) })}</small></li>)}</ul>
    </Card>
  );
