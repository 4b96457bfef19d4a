// Records of several sources with equal content, each shown once. Nothing is deleted: the ledger links them by a keyed digest.

/** @import { RecordView } from "../answers" */
/** @import { Findings } from "./checking.jsx" */

/** The records without those that an earlier one of the list has the content of. An altered one always stands by itself. @type {(records: RecordView[], findings: Findings) => RecordView[]} */
export function eachOnce(records, findings) {
  const shown = /** @type {Set<string>} */ (new Set());
  return records.filter(({ record_id: id, same_as: same }) => {
    if (findings.get(id) === "altered") return true;
    if (shown.has(id)) return false;
    for (const other of same) shown.add(other.record_id);
    return true;
  });
}
