// "This was not right": from a line of the timeline to a reviewer, and what became of it.
import { chosenWard } from "./acting.js";
import { asPerson, post } from "./api.js";
import { button, el } from "./view.js";
import { timeText, translate } from "./words.js";

/** @import { Access, Complaint } from "./answers" */
/** @import { Page } from "./view_host.jsx" */
const MAX_TEXT = 2000;

/** The complaint about a line, or the way to make one. @type {(access: Access, complaint: Complaint | undefined, page: Page) => HTMLElement} */
export function complaintView(access, complaint, page) {
  if (complaint) return el("p", { class: "help" }, outcomeOf(complaint));
  const box = el("div", { class: "complaint" });
  if (chosenWard() && isBy(access, page.account.address)) return box;
  const offer = () => box.replaceChildren(button("notRight", "quiet", ask));
  const ask = () => {
    const reason = el("textarea", { maxLength: MAX_TEXT, rows: 3 });
    const send = async () => {
      await post(asPerson("/me/complaints"), { position: access.position, reason: reason.value });
      await page.refresh(translate("complained"));
    };
    box.replaceChildren(el("label", {}, translate("notRightWhy"), reason), button("complain", "primary", () => page.run(send)), button("back", "quiet", offer));
    reason.focus();
  };
  offer();
  return box;
}

/** Whether that account asked: who acts for a person does not complain of their own acts. @type {(access: Access, address: string) => boolean} */
const isBy = ({ kind, document }, address) => kind === "AccessReceipt" && document.message.requester.toLowerCase() === address.toLowerCase();

/** @type {(complaint: Complaint) => string} */
function outcomeOf({ state, due, verdict }) {
  const outcome = state === "waiting" ? translate("complaintWaits", { due: timeText(due) }) : translate(state);
  return `${outcome}${verdict.reason ? ` (${verdict.reason})` : ""}`;
}
