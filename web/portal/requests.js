// What others ask for, and its answer.
import { get, pages, post } from "./api.js";
import { decide } from "./deciding.js";
import { language, moment, say } from "./words.js";
import { badge, button, el, grantView } from "./view.js";

const TONE = { requested: "wait", granted: "good", granted_narrower: "good", refused: "bad" };

export async function showRequests(place, page) {
  const all = await pages("/me/requests", (one) => one.request_id, 100);
  place.replaceChildren(...(all.length ? all.reverse().map((one) => card(one, page)) : [el("p", { class: "none" }, say("noneRequests"))]));
  return all.filter((one) => one.state === "requested").length;
}

function card(asked, page) {
  const open = asked.state === "requested", body = el("div");
  const facts = [["benefit", asked.benefit], ["reference", asked.by_question ? "" : asked.reference], ["answerBy", open ? moment(asked.answer_by) : ""]];
  const first = () => body.replaceChildren(...asked.grants.map(grantView), open ? choices(asked, body, page, first) : "");
  first();
  const title = say("asks", { name: asked.requester_name || asked.requester });
  return el("article", { class: `card ${open ? "open" : ""}`, ariaLabel: title },
    el("div", { class: "top" }, el("h2", {}, title), badge(say(asked.state), TONE[asked.state])),
    el("p", { class: "when" }, moment(asked.asked_at)),
    asked.by_question ? el("p", { class: "help" }, say("byQuestion")) : "",
    asked.by_standing_wish ? el("p", { class: "help" }, say("byWish")) : "",
    el("dl", {}, facts.filter(([, text]) => text).flatMap(([word, text]) => [el("dt", {}, say(word)), el("dd", {}, text)])),
    body);
}

function choices(asked, place, page, back) {
  const again = (lock) => post(`/me/requests/${asked.request_id}/drafts`, { lock, language });
  return el("div", { class: "actions" },
    button("read", "primary", () => page.doing(() => decide({ place, page, grantee: asked.requester, again, back }))),
    button("refuse", "danger", () => page.doing(async () => {
      await post(`/me/requests/${asked.request_id}/refusal`);
      await page.refresh(say("done"));
    })));
}

export const openRequests = async () => (await get("/me/requests")).filter((one) => one.state === "requested").length;
