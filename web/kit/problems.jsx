// Errors and news of the page: one place for each, read out by screen readers.
import { useEffect } from "preact/hooks";
import { createStore } from "./store.js";

const NEWS_MS = 6000;
const store = createStore({ problem: "", news: "" });
/** The sentence for an error; a page sets its own. @type {(error: Error) => string | Promise<string>} */
let sentenceOf = (error) => error.message;

/** Give errors their sentences, and react to them. @type {(sentence: typeof sentenceOf) => void} */
export const onProblem = (sentence) => void (sentenceOf = sentence);

/** The sentence for an error. @type {(error: Error) => Promise<string>} */
export const sentenceFor = async (error) => sentenceOf(error);

/** Show an error on the page until the next step. @type {(error: Error) => Promise<void>} */
export async function reportProblem(error) {
  store.set({ problem: await sentenceOf(error), news: "" });
}

/** Show a short text that goes away by itself; screen readers read it out. @type {(text: string) => void} */
export const announce = (text) => store.set({ problem: "", news: text });

/** Remove what is shown. */
export const clearNotices = () => store.set({ problem: "", news: "" });

/** The place of errors and of news. */
export function Notices() {
  const { problem, news } = store.use();
  useEffect(() => {
    if (problem) document.getElementById("problem")?.scrollIntoView({ block: "nearest" });
    const timer = news ? setTimeout(clearNotices, NEWS_MS) : undefined;
    return () => clearTimeout(timer);
  }, [problem, news]);
  return (
    <>
      <p id="problem" class="problem" role="alert" hidden={!problem}>{problem}</p>
      <p id="status" class="toast" role="status" aria-live="polite" data-shown={Boolean(news)}>{news}</p>
    </>
  );
}
