// "This was not right": from a line of the timeline to a reviewer, and what became of it.
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { timeText } from "../../kit/dates.js";
import { Field } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { chosenWard } from "../acting.js";
import { asPerson, post } from "../api.js";
import { presentAccount } from "../session.js";

/** @import { Access, Complaint } from "../answers" */
/** @import { Loaded } from "../../kit/loading.jsx" */
const MAX_TEXT = 2000;
const t = messages(
  { notRight: "This was not right", why: "What was not right? (You need not say.)", send: "Ask a reviewer", back: "Back", sent: "A reviewer will examine it.", waiting: "A complaint says that this was not right. A reviewer looks at it by {due}.",
    upheld: "A complaint says that this was not right, and the reviewers agree.", dismissed: "A complaint says that this was not right; the reviewers found that it was." },
  { notRight: "이의 제기", why: "무엇이 잘못되었는지 적어 주세요 (적지 않아도 됩니다)", send: "심사 요청", back: "뒤로", sent: "접수했습니다. 심사자가 살펴봅니다.", waiting: "이의를 제기했습니다. 심사자가 {due}까지 살펴봅니다.",
    upheld: "이의 제기가 받아들여졌습니다.", dismissed: "이의 제기가 받아들여지지 않았습니다." },
);

/** The complaints of the person whom the page is about. */
export const Complaints = createContext(/** @type {Loaded<Complaint[]>} */ ({ value: undefined, error: null, reload: async () => {} }));

/** The complaint about a line, or the way to make one. @param {{ of: Access }} props */
export function ComplaintView({ of: line }) {
  const { value: made, reload } = useContext(Complaints), [isOpen, setOpen] = useState(false);
  const complaint = made?.find(({ review_id: entry }) => entry === line.document.entry);
  if (complaint) return <p class="help">{outcomeOf(complaint)}</p>;
  if (!made || (chosenWard() && isBy(line, presentAccount().address))) return null;
  const send = async (/** @type {string} */ reason) => {
    await post(asPerson("/me/complaints"), { position: line.position, reason });
    await reload();
    announce(t("sent"));
  };
  return isOpen ? <Form send={send} back={() => setOpen(false)} /> : <Button kind="plain" class="not-right" onClick={() => setOpen(true)}>{t("notRight")}</Button>;
}

/** @param {{ send: (reason: string) => Promise<void>, back: () => void }} props */
function Form({ send, back }) {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useEffect(() => field.current?.focus(), []);
  return (
    <div class="complaint">
      <Field label={t("why")}>{(ids) => <textarea {...ids} ref={field} maxLength={MAX_TEXT} rows={3} />}</Field>
      <div class="actions"><Button kind="primary" onClick={() => send(field.current?.value ?? "")}>{t("send")}</Button><Button onClick={back}>{t("back")}</Button></div>
    </div>
  );
}

/** True if that account asked: who acts for a person does not complain of their own acts. @type {(line: Access, address: string) => boolean} */
const isBy = ({ kind, requester }, address) => kind === "AccessReceipt" && requester.toLowerCase() === address.toLowerCase();

/** @type {(complaint: Complaint) => string} */
function outcomeOf({ state, due, verdict }) {
  const outcome = t(state, { due: timeText(due) });
  return `${outcome}${verdict.reason ? ` (${verdict.reason})` : ""}`;
}
