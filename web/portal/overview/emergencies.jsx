// Declared emergencies, before all else.
import { Siren } from "lucide";
import { Badge, Card } from "../../kit/card.jsx";
import { distanceText, timeText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { inLanguage } from "../words.js";

/** @import { OverviewIncident } from "./overview" */
const SHOWN = 3;
const t = messages(
  { declared: "{name} declared an emergency about you", open: "open until {until}", over: "over", see: "See what was read" },
  { declared: "{name}[이/가] 나에 관한 응급 상황을 선언했습니다", open: "{until}까지", over: "끝남", see: "열람 내역 보기" },
);

/** @param {{ of: OverviewIncident[] }} props */
export const Emergencies = ({ of: incidents }) => (
  <>
    {incidents.slice(0, SHOWN).map(({ incident, responder_name: name, reason, declared_at: time, until, open }) => (
      <Card key={incident} tone="alarm" title={<><Icon of={Siren} /> <span><Sentence text={t("declared", { name: isolated(inLanguage(name)) })} /></span></>} badge={<Badge tone={open ? "bad" : ""}>{open ? t("open", { until: timeText(until) }) : t("over")}</Badge>}>
        <p><bdi>{reason}</bdi></p>
        <p class="when">{timeText(time)} · {distanceText(time)}</p>
        <div class="actions"><a class="quiet" href="/portal/timeline?only=emergency">{t("see")}</a></div>
      </Card>
    ))}
  </>
);
