// The records about the person: what each is about, from when, and whether the chain has it.
import { asPerson, get } from "./api.js";
import { badge, categoryOf, el } from "./view.js";
import { inLanguage, lookUp, timeText, translate } from "./words.js";

/** @import { RecordView } from "./answers" */
/** @typedef {{ account: string, name: string }} Party */
/** @type {Partial<Record<RecordView["status"], string>>} */
const TONE = { anchored: "good", pending: "wait", erased: "bad" };

/** Show the records, the newest first. @type {(container: HTMLElement) => Promise<void>} */
export async function showRecords(container) {
  const [records, parties] = await Promise.all([/** @type {Promise<RecordView[]>} */ (get(asPerson("/records"))), /** @type {Promise<Party[]>} */ (get("/parties"))]);
  const names = Object.fromEntries(parties.map(({ account, name }) => [account, name]));
  container.replaceChildren(...(records.length ? records.reverse().map((record) => card(record, names)) : [el("p", { class: "none" }, translate("noneRecords"))]));
}

/** @type {(record: RecordView, names: Record<string, string>) => HTMLElement} */
function card({ category, holder, status, issued_at, data_from, data_until, declared_by }, names) {
  const period = data_from || data_until ? ` · ${translate("period")}: ${data_from ? timeText(data_from) : "…"} – ${data_until ? timeText(data_until) : "…"}` : "";
  return el("article", { class: "card" },
    el("div", { class: "top" }, el("h2", {}, categoryOf(category)), badge(translate(`record.${status}`), TONE[status])),
    el("p", { class: "when" }, translate("issuedBy", { name: declared_by === "self" ? translate("selfDeclared") : inLanguage(lookUp(names, holder) ?? holder), at: timeText(issued_at) }), period));
}
