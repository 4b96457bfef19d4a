// Live updates: one stream of server-sent events for the page while somebody is signed in and the page can be seen
// (docs/adr/0075). An event names a list that changed and nothing more; who shows the list reads it again.
import { useEffect, useRef } from "preact/hooks";

/** A list of the account that is signed in. @typedef {"requests" | "messages" | "timeline" | "consents"} List */
const ADDRESS = "/events", GATHER_MS = 100, AGAIN_MS = 30_000;
const LISTS = /** @type {const} */ (["requests", "messages", "timeline", "consents"]);
/** Who reads which list. @type {Map<() => void, readonly string[]>} */
const readers = new Map();
/** Components during which nothing is read, and who reads after them. @type {Set<() => void>} */
const waiting = new Set();
let still = 0;
/** @type {EventSource | null} */
let source = null;
/** What to do when the session may have ended; null while nobody is signed in. @type {(() => unknown) | null} */
let onSession = null;
/** Another try after the server refused. @type {ReturnType<typeof setTimeout> | undefined} */
let trying;

/** Begin, for whoever signed in. `sessionChanged` is called when the session, or what the account may, changed. @type {(sessionChanged: () => unknown) => void} */
export function startLive(sessionChanged) {
  stopLive();
  onSession = sessionChanged;
  open();
}

/** End: nobody is signed in. */
export function stopLive() {
  onSession = null;
  close();
}

/**
 * Call `read` when one of the lists may have changed; calls that come close together are one.
 * @type {(lists: readonly string[], read: () => unknown) => () => void}
 */
export function onLists(lists, read) {
  const reader = gathered(read);
  readers.set(reader, lists);
  return () => {
    readers.delete(reader);
    waiting.delete(reader);
  };
}

/** Call the newest `read` when one of the lists (their names, by blanks) may have changed, as long as the component is there. @type {(lists: string, read: () => unknown) => void} */
export function useLive(lists, read) {
  const newest = useRef(read);
  newest.current = read;
  useEffect(() => onLists(lists.split(" "), () => newest.current()), [lists]);
}

function open() {
  if (!onSession || source || document.hidden) return;
  source = new EventSource(ADDRESS);
  for (const list of LISTS) source.addEventListener(list, () => notify(list));
  source.addEventListener("session", ended);
  source.addEventListener("error", () => source?.readyState === EventSource.CLOSED && refused());
}

function close() {
  clearTimeout(trying);
  source?.close();
  source = null;
}

function ended() {
  close();
  onSession?.();
}

/** The browser tries again by itself, unless the server answered with a refusal. */
function refused() {
  close();
  trying = setTimeout(comeBack, AGAIN_MS);
}

/** Read everything again: what changed while no stream was open is not known. */
function comeBack() {
  if (!onSession || source || document.hidden) return;
  open();
  LISTS.forEach(notify);
}

/** Nothing is read again while the component is there: what a person decides about does not change under their hands. */
export function useStill() {
  useEffect(() => {
    still++;
    return () => {
      if (--still) return;
      for (const read of waiting) read();
      waiting.clear();
    };
  }, []);
}

/** @type {(list: string) => void} */
function notify(list) {
  for (const [read, lists] of readers) {
    if (lists.includes(list)) still ? waiting.add(read) : read();
  }
}

/** One call for all that come within a moment, and one at a time. @type {(read: () => unknown) => () => void} */
function gathered(read) {
  let isReading = false, isDue = false;
  const run = async () => {
    if (isReading) return;
    isReading = true;
    for (; isDue; await wait()) {
      isDue = false;
      await Promise.resolve(read()).catch(() => undefined);
    }
    isReading = false;
  };
  return () => {
    isDue = true;
    setTimeout(run, GATHER_MS);
  };
}

const wait = () => new Promise((done) => void setTimeout(done, GATHER_MS));

if (globalThis.document) {
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : comeBack()));
  window.addEventListener("focus", comeBack);
}
