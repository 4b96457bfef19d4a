// What a page waits for: a gap of the right height while it comes, and a sentence with a way on where it does not.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button.jsx";
import { messages } from "./messages.js";
import { sentenceFor } from "./problems.jsx";

const t = messages(
  { loading: "One moment…", again: "Try again", failed: "This could not be loaded." },
  { loading: "잠시만요…", again: "다시 시도", failed: "불러오지 못했습니다." },
);

/**
 * What a question gives. `reload` asks again and leaves the earlier value in place meanwhile; `refresh` leaves it also if that fails.
 * @template T
 * @typedef {{ value: T | undefined, error: Error | null, reload: () => Promise<void>, refresh: () => Promise<void> }} Loaded
 */

/**
 * The value of `load`, asked for again when one of `dependencies` changes. An answer that comes after a newer question is dropped.
 * @template T
 * @param {() => Promise<T>} load @param {unknown[]} dependencies
 * @returns {Loaded<T>}
 */
export function useLoaded(load, dependencies) {
  const [state, setState] = useState(/** @type {{ value: T | undefined, error: Error | null }} */ ({ value: undefined, error: null }));
  const newest = useRef(0);
  const question = useCallback(async (/** @type {boolean} */ keepsValue) => {
    const number = ++newest.current;
    const next = await load().then((value) => ({ value, error: null }), async (/** @type {Error} */ error) => ({ value: undefined, error: new Error(await sentenceFor(error), { cause: error }) }));
    if (number === newest.current) setState((earlier) => (keepsValue && next.error && earlier.value !== undefined ? earlier : next));
  }, dependencies);
  const reload = useCallback(() => question(false), [question]), refresh = useCallback(() => question(true), [question]);
  useEffect(() => {
    setState({ value: undefined, error: null });
    reload();
    return () => void newest.current++;
  }, [reload]);
  return { ...state, reload, refresh };
}

/**
 * Shows `children(value)` once the value is there.
 * @template T
 * @param {{ of: Loaded<T>, children: (value: T) => preact.ComponentChildren }} props
 */
export function Loaded({ of: { value, error, reload }, children }) {
  if (error) return <Failed error={error} again={reload} />;
  return value === undefined ? <Waiting /> : <>{children(value)}</>;
}

/** A gap where something is being loaded. */
export const Waiting = () => <div class="waiting" role="status"><span class="visually-hidden">{t("loading")}</span><i /><i /><i /></div>;

/** What could not be loaded, why, and a button to try again. @param {{ error: Error, again: () => unknown }} props */
export const Failed = ({ error, again }) => (
  <div class="problem" role="alert"><p>{t("failed")} {error.message}</p><Button kind="quiet" onClick={again}>{t("again")}</Button></div>
);
