// Signing drafts one by one and sending them in groups, each accepted whole or not at all. A holder's records carry one
// signature each, because contracts verify a record by its own (docs/adr/0040).
import { post } from "../../portal/api.js";
import { signDraft } from "../../portal/drafts.js";

/** @import { IssueDraft } from "./drafting.js" */
/** @typedef {{ signed: number, accepted: number }} Count */
const GROUP = 50;

/**
 * Sign and send drafts until all are accepted, `isStopped` is true, or something fails; what was signed before a stop is sent.
 * `onCount` gets how many are signed and accepted. Throws what the wallet or the server refused; the drafts after `accepted` are then still open.
 * @type {(drafts: IssueDraft[], onCount: (count: Count) => void, isStopped: () => boolean) => Promise<void>}
 */
export async function issueAll(drafts, onCount, isStopped) {
  for (let accepted = 0; accepted < drafts.length && !isStopped();) {
    const records = [];
    for (const draft of drafts.slice(accepted, accepted + GROUP)) {
      if (isStopped()) break;
      const { message, signature } = await signDraft("Issue", { typed_data: draft });
      records.push({ message, signature });
      onCount({ signed: accepted + records.length, accepted });
    }
    if (records.length) await post("/records", { records });
    accepted += records.length;
    onCount({ signed: accepted, accepted });
  }
}
