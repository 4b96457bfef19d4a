// A list that comes in pages: the first at once, each further one when it is asked for.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button.jsx";
import { Failed, Waiting } from "./loading.jsx";
import { messages } from "./messages.js";

const t = messages({ earlier: "Earlier" }, { earlier: "이전 내역 더 보기" });

/**
 * One page, and with what the next one begins; null if there is none.
 * @template T, Cursor
 * @typedef {{ items: T[], next: Cursor | null }} PageOf
 */

/**
 * Everything that was loaded so far; `more` loads the next page, `reload` begins anew, `refresh` reads as much again as is shown.
 * @template T
 * @typedef {{ items: T[] | undefined, hasMore: boolean, error: Error | null, more: () => Promise<void>, reload: () => Promise<void>, refresh: () => Promise<void> }} Paged
 */

/**
 * The pages that `load` gives, from null on, anew when one of `dependencies` changes.
 * @template T, Cursor
 * @param {(cursor: Cursor | null) => Promise<PageOf<T, Cursor>>} load @param {unknown[]} dependencies
 * @returns {Paged<T>}
 */
export function usePages(load, dependencies) {
  const empty = { items: /** @type {T[] | undefined} */ (undefined), next: /** @type {Cursor | null} */ (null), error: /** @type {Error | null} */ (null) };
  const [state, setState] = useState(empty), newest = useRef(0);
  const append = useCallback(async (/** @type {T[]} */ before, /** @type {Cursor | null} */ cursor) => {
    const number = ++newest.current;
    const page = await load(cursor).catch((/** @type {Error} */ error) => error);
    if (number !== newest.current) return;
    setState(page instanceof Error ? (earlier) => ({ ...earlier, error: page }) : { items: [...before, ...page.items], next: page.next, error: null });
  }, dependencies);
  const reload = useCallback(() => append([], null), [append]);
  const refresh = async () => {
    const number = ++newest.current, shown = state.items?.length ?? 0;
    const again = await upTo(load, shown).catch((/** @type {Error} */ error) => error);
    if (number !== newest.current) return;
    setState((earlier) => (again instanceof Error ? { ...earlier, error: earlier.items ? earlier.error : again } : { ...again, error: null }));
  };
  useEffect(() => {
    setState(empty);
    reload();
    return () => void newest.current++;
  }, [reload]);
  return { items: state.items, hasMore: state.next !== null, error: state.error, more: () => append(state.items ?? [], state.next), reload, refresh };
}

/**
 * As many pages as have at least so many items together; one at least.
 * @template T, Cursor
 * @param {(cursor: Cursor | null) => Promise<PageOf<T, Cursor>>} load @param {number} least
 * @returns {Promise<PageOf<T, Cursor>>}
 */
async function upTo(load, least) {
  let { items, next } = await load(null);
  while (next !== null && items.length < least) {
    const page = await load(next);
    items = [...items, ...page.items];
    next = page.next;
  }
  return { items, next };
}

/**
 * Shows `children(items)` with a button for what is earlier, and why a page could not be loaded.
 * @template T
 * @param {{ of: Paged<T>, children: (items: T[]) => preact.ComponentChildren }} props
 */
export const Pages = ({ of: { items, hasMore, error, more, reload }, children }) => (
  <>
    {items ? children(items) : !error && <Waiting />}
    {error ? <Failed error={error} again={items ? more : reload} /> : items && hasMore && <p class="earlier"><Button onClick={more}>{t("earlier")}</Button></p>}
  </>
);
