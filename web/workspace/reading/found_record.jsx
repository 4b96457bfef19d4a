// A record that may be read: opened in this page, verified against what its holder signed.
import { LockOpen, ReceiptText } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Facts, Fold } from "../../kit/card.jsx";
import { dayText } from "../../kit/dates.js";
import { Icon } from "../../kit/icon.jsx";
import { language } from "../../kit/language.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { reportProblem } from "../../kit/problems.jsx";
import { Name } from "../../kit/sentence.jsx";
import { get } from "../../portal/api.js";
import { iconOf } from "../../portal/grants/icons.js";
import { loadParties, partyName } from "../../portal/parties/parties.js";
import { Opened } from "../../portal/records/opened_record.jsx";
import { openAs } from "../../portal/records/opening.js";
import { categoryOf } from "../../portal/vocabulary.js";
import { usePresent } from "../party.js";

/** @import { RecordView } from "../../portal/answers" */
/** @import { OpenedRecord } from "../../portal/records/opening.js" */
const t = messages(
  { open: "Open", close: "Close", receipt: "Your receipt: number {position} in the log of accesses", id: "Record id", technical: "Technical" },
  { open: "열기", close: "닫기", receipt: "열람 확인서: 열람 로그 {position}번", id: "기록 번호", technical: "기술 정보" },
);
let parties = /** @type {ReturnType<typeof loadParties> | null} */ (null);

/** `incident` is the entry of the emergency under which it is opened; with `isOpen` it is opened at once. @param {{ of: RecordView, purpose: string, incident?: string, isOpen?: boolean }} props */
export function FoundRecord({ of: record, purpose, incident, isOpen }) {
  const names = useLoaded(() => (parties ??= loadParties()), []), { opens } = usePresent(), [opened, setOpened] = useState(/** @type {OpenedRecord | null} */ (null));
  const open = async () => setOpened(await openAs(record, purpose, (release) => get(`/receipts/${release.receipt.position}/record`), incident));
  useEffect(() => void (isOpen && open().catch(reportProblem)), [isOpen]);
  return (
    <Loaded of={names}>
      {(known) => (
        <li>
          <div class="row">
            <Icon of={iconOf(record.category)} />
            <span class="grow"><strong>{categoryOf(record.category)}</strong><small><Name of={partyName(known, record.holder)} /> · {dayText(record.issued_at)}</small></span>
            {opened ? <Button onClick={() => setOpened(null)}>{t("close")}</Button> : <Button class="open" disabled={!opens} onClick={open}><Icon of={LockOpen} size={16} /> {t("open")}</Button>}
          </div>
          {opened && (
            <div class="opened" lang={language}>
              <Opened of={opened} holder={partyName(known, record.holder)} />
              <p class="help"><Icon of={ReceiptText} size={16} /> <a href="/workspace/receipts">{t("receipt", { position: opened.receipt })}</a></p>
              <Fold title={t("technical")}><Facts of={[[t("id"), <code key="id">{record.record_id}</code>]]} /></Fold>
            </div>
          )}
        </li>
      )}
    </Loaded>
  );
}
