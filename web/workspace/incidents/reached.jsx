// The records that an emergency reaches now, each of which can be opened here.
import { Eye, LockOpen } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { reportProblem } from "../../kit/problems.jsx";
import { categoryOf, urgencyOf, widestReach } from "../../portal/vocabulary.js";
import { usePresent } from "../party.js";
import { FoundRecord } from "../reading/found_record.jsx";
import { PURPOSE, entryOf, loadReached } from "./incidents.js";

/** @import { RecordView } from "../../portal/answers" */
/** @import { Emergency } from "./incidents.js" */
const AT_ONCE = 10;
/** The order of what a crew reads: by urgency, the newest first. @type {(one: RecordView, other: RecordView) => number} */
const byUrgency = (one, other) => urgencyOf(one.category) - urgencyOf(other.category) || other.issued_at - one.issued_at;
const t = messages(
  { reaches: "You may read: {categories}.", show: "Show the records", again: "Look again", count: "{count, plural, =0 {There are no such records of this person.} one {one record} other {# records, the most urgent first}}", all: "{count, plural, one {Open it} other {Open the first #}}", receipt: "Each look leaves a receipt that the person sees." },
  { reaches: "열람할 수 있는 것: {categories}.", show: "기록 보기", again: "다시 보기", count: "{count, plural, =0 {이 사람에게는 해당하는 기록이 없습니다.} other {기록 #건, 긴급한 순}}", all: "앞의 {count}건 열기", receipt: "볼 때마다 당사자가 볼 수 있는 확인서가 남습니다." },
);

/** @param {{ of: Emergency, isFresh: boolean }} props */
export function Reached({ of: emergency, isFresh }) {
  const [records, setRecords] = useState(/** @type {RecordView[] | null} */ (null)), [opened, setOpened] = useState(0), { opens } = usePresent();
  const show = async () => {
    setOpened(0);
    setRecords((await loadReached(emergency)).sort(byUrgency));
  };
  const first = Math.min(AT_ONCE, records?.length ?? 0);
  useEffect(() => void (isFresh && show().catch(reportProblem)), []);
  return (
    <div class="reached">
      <p>{t("reaches", { categories: widestReach(Boolean(emergency.extension)).map(categoryOf).join(", ") })}</p>
      {records && <p role="status">{t("count", { count: records.length })}</p>}
      {first > 0 && !opened && <div class="actions"><Button kind="primary" class="large" disabled={!opens} onClick={() => setOpened(first)}><Icon of={LockOpen} /> {t("all", { count: first })}</Button></div>}
      {records && <ul class="rows">{records.map((one, index) => <FoundRecord key={one.record_id} of={one} purpose={PURPOSE} incident={entryOf(emergency)} isOpen={index < opened} />)}</ul>}
      <div class="actions"><Button class={records ? "" : "large"} kind={records ? "quiet" : "primary"} onClick={show}><Icon of={Eye} /> {t(records ? "again" : "show")}</Button></div>
      <p class="help">{t("receipt")}</p>
    </div>
  );
}
