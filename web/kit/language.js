// The language of the page: Korean or English, as the person chose it, else as the browser asks.
import { createStore } from "./store.js";

/** @typedef {"en" | "ko"} Language */
const STORAGE_KEY = "mydata.language";
const asked = (globalThis.navigator?.language || "en").startsWith("ko") ? "ko" : "en";
const store = createStore(/** @type {Language} */ (stored() ?? asked));

/** The language of the page now. @type {Language} */
export let language = store.get();

/** Show the page in a language, now and after a reload. @type {(chosen: Language) => void} */
export function setLanguage(chosen) {
  showLanguage(chosen);
  try {
    localStorage.setItem(STORAGE_KEY, chosen);
  } catch {
    // A browser without storage takes the browser's language again next time.
  }
}

/** Show the page in a language until it is left; for a page whose address names it. @type {(chosen: Language) => void} */
export function showLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  store.set(chosen);
}

/** The language; the component is drawn again when it changes. */
export const useLanguage = store.use;

/** @type {() => Language | null} */
function stored() {
  try {
    const chosen = localStorage.getItem(STORAGE_KEY);
    return chosen === "ko" || chosen === "en" ? chosen : null;
  } catch {
    return null;
  }
}
