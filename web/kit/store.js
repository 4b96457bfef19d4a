// A value that components follow: each that uses it is drawn again when it changes.
import { useEffect, useReducer } from "preact/hooks";

/**
 * @template T
 * @param {T} initial
 */
export function createStore(initial) {
  let value = initial;
  /** @type {Set<() => void>} */
  const listeners = new Set();
  return {
    get: () => value,
    /** @param {T} next */
    set(next) {
      value = next;
      for (const listener of [...listeners]) listener();
    },
    /** The value; the component is drawn again when it changes. @returns {T} */
    use() {
      const [, redraw] = useReducer((/** @type {number} */ count) => count + 1, 0);
      useEffect(() => {
        const listener = () => redraw(undefined);
        listeners.add(listener);
        return () => void listeners.delete(listener);
      }, []);
      return value;
    },
  };
}
