// What a check found, one sentence after the other: it holds, it does not, or it cannot be decided now.
import { messages } from "../../kit/messages.js";
import { BadAnswer, NoAnswer } from "../../verify/chain.js";
import { Malformed, Unanswered } from "./answers.js";

const t = messages(
  {
    good: "holds", bad: "does not hold", open: "cannot be decided now",
    noNode: "The chain cannot be read here now, so this is what the server says and nothing more. Try again, or check with a node of your own: mydata audit.",
    oddContract: "The contract at {contract} answers otherwise than the contract of a log does.",
    odd: "The server's answer is not in the form that it must have, so it proves nothing.", refused: "The server did not answer: {detail}",
  },
  {
    good: "맞음", bad: "맞지 않음", open: "지금은 판단할 수 없음",
    noNode: "지금 이 화면에서 체인을 읽을 수 없어, 서버가 한 말일 뿐입니다. 다시 시도하거나 직접 고른 노드로 확인해 주세요: mydata audit.",
    oddContract: "{contract} 주소의 컨트랙트가 로그의 컨트랙트와 다르게 답합니다.",
    odd: "서버의 답이 정해진 형식이 아니어서 아무것도 증명하지 못합니다.", refused: "서버가 답하지 않았습니다: {detail}",
  },
);
/** `held` is null where it cannot be decided. @typedef {{ held: boolean | null, text: string }} Finding */
const MARKS = { true: ["✓", "good"], false: ["✗", "bad"], null: ["?", "wait"] };

/** What `check` finds until it ends; a question that has no answer decides nothing. @type {(check: () => AsyncGenerator<Finding>) => Promise<Finding[]>} */
export async function findingsOf(check) {
  const found = [];
  try {
    for await (const finding of check()) found.push(finding);
  } catch (error) {
    found.push(findingOf(error));
  }
  return found;
}

/** @type {(error: unknown) => Finding} */
function findingOf(error) {
  if (error instanceof NoAnswer) return { held: null, text: t("noNode") };
  if (error instanceof BadAnswer) return { held: false, text: t("oddContract", { contract: error.contract }) };
  if (error instanceof Unanswered) return { held: null, text: t("refused", { detail: error.message }) };
  if (error instanceof Malformed) return { held: false, text: t("odd") };
  throw error;
}

/** Findings as a list, each with its mark. @param {{ of: Finding[] }} props */
export const Findings = ({ of }) => (
  <ul class="findings">
    {of.map(({ held, text }, number) => {
      const [mark, tone] = MARKS[`${held}`];
      return <li key={number} class={tone}><span aria-hidden="true">{mark}</span><span><span class="visually-hidden">{t(held === null ? "open" : held ? "good" : "bad")}: </span>{text}</span></li>;
    })}
  </ul>
);
