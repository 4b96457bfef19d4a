// Errors and news of the page: one place for each, read out by screen readers.
import { useEffect } from "preact/hooks";
import { createStore } from "./store.js";

const NEWS_MS = 6000;
/** A way on from an error: a link, or a step. @typedef {{ label: string, href?: string, run?: () => unknown }} Way */
const NOTHING = { problem: "", news: "", way: /** @type {Way | undefined} */ (undefined) };
const store = createStore(NOTHING);
/** The sentence for an error; a page sets its own. @type {(error: Error) => string | Promise<string>} */
let sentenceOf = (error) => error.message;

/** Give errors their sentences, and react to them. @type {(sentence: typeof sentenceOf) => void} */
export const onProblem = (sentence) => void (sentenceOf = sentence);

/** The sentence for an error. @type {(error: Error) => Promise<string>} */
export const sentenceFor = async (error) => sentenceOf(error);

/** Show an error on the page until the next step, with its `way` on where it has one. @type {(error: Error & { way?: Way }) => Promise<void>} */
export async function reportProblem(error) {
  store.set({ problem: await sentenceOf(error), news: "", way: error.way });
}

/** Show the sentence of a problem until the next step. @type {(problem: string) => void} */
export const showProblem = (problem) => store.set({ problem, news: "", way: undefined });

/** Show a short text that goes away by itself; screen readers read it out. @type {(text: string) => void} */
export const announce = (text) => store.set({ ...NOTHING, news: text });

/** Remove what is shown. */
export const clearNotices = () => store.set(NOTHING);

/** The error again, for a dialog, which covers the page. */
export function ProblemHere() {
  const { problem, way } = store.use();
  return <p class="problem" role="alert" hidden={!problem}>{problem}{way && <WayOn {...way} />}</p>;
}

/** The place of errors and of news. */
export function Notices() {
  const { problem, news, way } = store.use();
  useEffect(() => {
    if (problem) document.getElementById("problem")?.scrollIntoView({ block: "nearest" });
    const timer = news ? setTimeout(clearNotices, NEWS_MS) : undefined;
    return () => clearTimeout(timer);
  }, [problem, news]);
  return (
    <>
      <p id="problem" class="problem" role="alert" hidden={!problem}>{problem}{way && <WayOn {...way} />}</p>
      <p id="status" class="toast" role="status" aria-live="polite" data-shown={Boolean(news)}>{news}</p>
    </>
  );
}

/** @param {Way} props */
function WayOn({ label, href, run }) {
  if (href) return <> <a class="quiet" href={href}>{label}</a></>;
  return <> <button type="button" class="quiet" onClick={() => Promise.resolve(run?.()).then(clearNotices, reportProblem)}>{label}</button></>;
}
