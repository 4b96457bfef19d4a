// What happened: the inbox, and every question about the person with its proof.
import { get, pages } from "./api.js";
import { actionOf, moment, say } from "./words.js";
import { badge, button, categoryOf, el, purposeOf, save } from "./view.js";

const ALARM = "data.broke_glass";

export async function showInbox(place) {
  const [told, incidents] = await Promise.all([pages("/me/inbox", (one) => one.message_id, 200), get("/me/incidents")]);
  const verdicts = new Map(incidents.map((one) => [one.review_id, one]));
  const items = told.reverse().map((one) => message(one, verdicts.get(one.subject)));
  place.replaceChildren(items.length ? el("ul", { class: "feed" }, items) : el("p", { class: "none" }, say("noneInbox")));
}

function message({ event, subject, at, detail }, review) {
  const about = [detail.category && categoryOf(detail.category), detail.for && purposeOf(detail.for), detail.incident_number, review?.said.reason];
  const verdict = review && `${say("verdict")}: ${say(review.state)}${review.verdict.reason ? ` (${review.verdict.reason})` : ""}`;
  return el("li", { class: `card ${event === ALARM ? "alarm" : ""}` },
    el("div", { class: "top" }, el("h2", {}, say(event, { ...detail, subject })), el("span", { class: "when" }, moment(at))),
    about.some(Boolean) ? el("p", {}, about.filter(Boolean).join(" · ")) : "", verdict ? el("p", {}, verdict) : "");
}

export async function showTimeline(place) {
  const all = [];
  for (let after = -1; after !== null && all.length < 2000; ) {
    const page = await get(`/me/timeline?after=${after}&limit=200`);
    all.push(...page.accesses);
    after = page.next;
  }
  place.replaceChildren(...(all.length ? all.reverse().map(access) : [el("p", { class: "none" }, say("noneTimeline"))]));
}

function access(one) {
  const said = one.document.message, name = one.requester_name === "you" ? say("you") : one.requester_name;
  const emergency = one.kind === "Incident";
  const title = emergency ? say("declared", { name }) : say("askedFor", { name, action: actionOf(said.action), category: categoryOf(said.category) });
  const answer = emergency ? badge(say("emergency"), "bad") : badge(say(one.permitted ? "permitted" : "denied"), one.permitted ? "good" : "");
  return el("article", { class: `card ${emergency || said.reason === "broke_glass" ? "alarm" : ""}` },
    el("div", { class: "top" }, el("h2", {}, title), answer),
    el("p", { class: "when" }, moment(one.accepted_at), " · ", one.block === null ? say("notOnChain") : say("onChain", { block: one.block })),
    el("p", {}, emergency ? `${said.incidentNumber} · ${said.reason}` : say("forPurpose", { purpose: purposeOf(said.purpose) })),
    one.on_paper.length ? el("p", {}, badge(say("onPaper", { name: "" }), "wait")) : "",
    el("div", { class: "actions" }, button("proof", "quiet", () => save(`access-${one.position}.json`, one.document))));
}
