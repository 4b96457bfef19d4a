// What happened: the inbox, and every access to the person's data with its proof.
import { chosenWard } from "./acting.js";
import { asPerson, get, pages } from "./api.js";
import { complaintView } from "./complaining.js";
import { badge, button, categoryOf, el, purposeOf, reachOf, save } from "./view.js";
import { actionOf, inLanguage, language, timeText, translate } from "./words.js";

/** @import { Access, Complaint, Message, Review } from "./answers" */
/** @import { Page } from "./view_host.jsx" */
const ALARMS = ["data.broke_glass", "data.emergency_extended"], MAX_ACCESSES = 2000;

/** Show the messages, the newest first. @type {(container: HTMLElement) => Promise<void>} */
export async function showInbox(container) {
  const [messages, incidents] = await Promise.all([pages(`/me/inbox?language=${language}`, (/** @type {Message} */ message) => message.message_id, 200), get("/me/incidents")]);
  const reviews = new Map(incidents.map((review) => [review.review_id, review]));
  const items = messages.reverse().map((message) => messageView(message, reviews.get(message.subject)));
  container.replaceChildren(items.length ? el("ul", { class: "feed" }, items) : el("p", { class: "none" }, translate("noneInbox")));
}

/** @type {(message: Message, review?: Review) => HTMLElement} */
function messageView({ event, subject, at, detail, text, consents }, review) {
  const facts = [detail.category && categoryOf(detail.category), detail.for && purposeOf(detail.for), detail.incident_number, review?.said.reason,
    detail.reads && translate("reads", { reads: detail.reads, last: timeText(Number(detail.last_read)) })].filter(Boolean);
  const verdict = review && `${translate("verdict")}: ${translate(review.state)}${review.verdict.reason ? ` (${review.verdict.reason})` : ""}`;
  return el("li", { class: `card ${ALARMS.includes(event) ? "alarm" : ""}` },
    el("div", { class: "top" }, el("h2", {}, translate(event, { ...namedIn(detail), subject })), el("span", { class: "when" }, timeText(at))),
    text ? el("p", {}, text) : "", facts.length ? el("p", {}, facts.join(" · ")) : "", verdict ? el("p", {}, verdict) : "",
    consents.length ? el("p", { class: "help" }, translate("contactWhy")) : "");
}

/** Show the accesses, the newest first. @type {(container: HTMLElement, page: Page) => Promise<void>} */
export async function showTimeline(container, page) {
  /** @type {Access[]} */
  const all = [];
  for (let after = -1; after !== null && all.length < MAX_ACCESSES; ) {
    const page = await get(asPerson(`/me/timeline?after=${after}&limit=200`));
    all.push(...page.accesses);
    after = page.next;
  }
  const made = await pages("/me/complaints", (/** @type {Complaint} */ complaint) => complaint.review_id, 200);
  const complaints = new Map(made.map((complaint) => [complaint.review_id, complaint]));
  const view = (/** @type {Access} */ access) => accessView(access, complaintView(access, complaints.get(access.document.entry), page));
  container.replaceChildren(...(all.length ? all.reverse().map(view) : [el("p", { class: "none" }, translate("noneTimeline"))]));
}

/** @type {(access: Access, complaint: HTMLElement) => HTMLElement} */
function accessView(access, complaint) {
  const { alarm, title, text, answer, reach } = textsOf(access);
  return el("article", { class: `card ${alarm ? "alarm" : ""}` },
    el("div", { class: "top" }, el("h2", {}, title), answer),
    el("p", { class: "when" }, timeText(access.accepted_at), " · ", access.block === null ? translate("notOnChain") : translate("onChain", { block: access.block })),
    el("p", {}, text),
    reach ? el("p", { class: "help" }, reach) : "",
    access.declared_by === "self" ? el("p", {}, badge(translate("selfDeclared"), "wait")) : "",
    access.on_paper.length ? el("p", {}, badge(translate("onPaper", { name: "" }), "wait")) : "",
    el("div", { class: "actions" }, button("proof", "quiet", () => save(`access-${access.position}.json`, access.document)), complaint));
}

/** @type {(access: Access) => { alarm: boolean, title: string, text: string, answer: HTMLElement, reach?: string }} */
function textsOf(access) {
  if (access.kind === "Incident") return incidentTexts(access);
  return access.kind === "IncidentExtension" ? extensionTexts(access) : receiptTexts(access);
}

/** @type {(access: Access) => string} */
const requesterOf = ({ requester_name: name }) => (name === "you" ? translate(chosenWard() ? "thePerson" : "you") : inLanguage(name));

/** The detail of a message with its names in the page's language. @type {(detail: Message["detail"]) => Message["detail"]} */
const namedIn = (detail) => Object.fromEntries(Object.entries(detail).map(([name, text]) => [name, ["by", "grantee"].includes(name) ? inLanguage(text) : text]));

/** @param {Extract<Access, { kind: "Incident" }>} access */
function incidentTexts(access) {
  const { incidentNumber, reason, expires } = access.document.message, reach = reachOf(access.accepted_at, expires, false);
  return { alarm: true, title: translate("declared", { name: requesterOf(access) }), text: `${incidentNumber} · ${reason}`, reach, answer: badge(translate("emergency"), "bad") };
}

/** @param {Extract<Access, { kind: "IncidentExtension" }>} access */
function extensionTexts(access) {
  const { reason, until } = access.document.message, reach = reachOf(access.accepted_at, until, true);
  return { alarm: true, title: translate("extended", { name: requesterOf(access) }), text: reason, reach, answer: badge(translate("emergency"), "bad") };
}

/** @param {Extract<Access, { kind: "AccessReceipt" }>} access */
function receiptTexts(access) {
  const { action, category, purpose, reason } = access.document.message;
  const computed = access.derived && access.permitted && action === "compute";
  const title = translate(computed ? "computedOn" : "askedFor", { name: requesterOf(access), action: actionOf(action), category: categoryOf(category) });
  const answer = access.permitted ? badge(translate("permitted"), "good") : badge(translate("denied"));
  return { alarm: reason === "broke_glass", title, text: translate("forPurpose", { purpose: purposeOf(purpose) }), answer };
}
