// What the holder issued, newest first, with the ways to correct and to withdraw a record.
import { FileStack } from "lucide";
import { Empty } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Pages, usePages } from "../../kit/paging.jsx";
import { get } from "../../portal/api.js";
import { IssuedRow } from "./issued_row.jsx";
import { loadBindings } from "./patients.js";

/** @import { IssuedRecord } from "./choice.js" */
const SIZE = 50, MOST_EMPTY = 10;
const t = messages(
  { intro: "Contents are sealed: here you see what you issued, to whom, and what became of it.", none: "You have issued nothing yet." },
  { intro: "내용은 봉인되어 있습니다. 누구에게 무엇을 발급했고 어떻게 되었는지 볼 수 있습니다.", none: "아직 발급한 기록이 없습니다." },
);

/** A page with records; stretches of the log without one of this holder are passed over. @type {(before: number | null) => Promise<{ items: IssuedRecord[], next: number | null }>} */
async function load(before) {
  for (let place = before, count = 0; ; count++) {
    const { records, next } = await get(`/holder/records?limit=${SIZE}${place === null ? "" : `&before=${place}`}`);
    if (records.length || next === null || count === MOST_EMPTY) return { items: records, next };
    place = next;
  }
}

/** The holder's own numbers of persons, by their signer bytes. @type {() => Promise<Map<string, string>>} */
const loadNumbers = async () => new Map((await loadBindings()).filter(({ state }) => state === "active").map((one) => [one.data_subject, one.patient_number]));

/** The part. */
export function RecordsPart() {
  const records = usePages(load, []), numbers = useLoaded(loadNumbers, []);
  return (
    <>
      <p class="intro">{t("intro")}</p>
      <Loaded of={numbers}>
        {(known) => (
          <Pages of={records}>
            {(found) => (found.length
              ? <ul class="rows" id="issued-records">{found.map((one) => <IssuedRow key={one.record_id} of={one} number={known.get(one.data_subject) ?? ""} changed={records.reload} />)}</ul>
              : <Empty icon={<Icon of={FileStack} />} text={t("none")} />)}
          </Pages>
        )}
      </Loaded>
    </>
  );
}
