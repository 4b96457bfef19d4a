// Requests for consent, and the person's answer.
import { asPerson, get, pages, post } from "./api.js";
import { decide } from "./deciding.js";
import { badge, button, el, grantView, rowsOf } from "./view.js";
import { inLanguage, language, timeText, translate } from "./words.js";

/** @import { ConsentRequest } from "./answers" */
/** @import { Page } from "./view_host.jsx" */
/** @type {Partial<Record<ConsentRequest["state"], string>>} */
const TONE = { requested: "wait", granted: "good", granted_narrower: "good", refused: "bad" };

/** Show the requests, the newest first. @type {(container: HTMLElement, page: Page) => Promise<void>} */
export async function showRequests(container, page) {
  const all = await pages("/me/requests", (/** @type {ConsentRequest} */ request) => request.request_id, 100);
  container.replaceChildren(...(all.length ? all.reverse().map((request) => card(request, page)) : [el("p", { class: "none" }, translate("noneRequests"))]));
}

/** @type {(request: ConsentRequest, page: Page) => HTMLElement} */
function card(request, page) {
  const open = request.state === "requested", body = el("div");
  const showGrants = () => body.replaceChildren(...request.grants.map(grantView), open ? choices(request, body, page, showGrants) : "");
  showGrants();
  const title = translate("asks", { name: inLanguage(request.requester_name || request.requester) });
  return el("article", { class: `card ${open ? "open" : ""}`, ariaLabel: title },
    el("div", { class: "top" }, el("h2", {}, title), badge(translate(request.state), TONE[request.state])),
    el("p", { class: "when" }, timeText(request.asked_at)),
    request.by_question && el("p", { class: "help" }, translate("byQuestion")),
    request.by_offer && el("p", { class: "help" }, translate("byOffer")),
    request.by_standing_wish && el("p", { class: "help" }, translate("byWish")),
    el("dl", {}, rowsOf([["benefit", (language === "ko" && request.benefit_ko) || request.benefit], ["reference", request.by_question ? "" : request.reference], ["answerBy", open ? timeText(request.answer_by) : ""]])),
    body);
}

/** @type {(request: ConsentRequest, container: HTMLElement, page: Page, back: () => void) => HTMLElement} */
function choices(request, container, page, back) {
  const requestDraft = (/** @type {string} */ lock) => post(asPerson(`/me/requests/${request.request_id}/drafts`), { lock, language });
  return el("div", { class: "actions" },
    button("read", "primary", () => page.run(() => decide({ container, page, grantee: request.requester, requestDraft, back }))),
    button("refuse", "danger", () => page.run(async () => {
      await post(asPerson(`/me/requests/${request.request_id}/refusal`));
      await page.refresh(translate("done"));
    })));
}

/** The number of requests that wait for an answer. */
export const countOpenRequests = async () => (await get("/me/requests")).filter((request) => request.state === "requested").length;
