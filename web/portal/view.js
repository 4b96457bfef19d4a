// Elements of the page. Text is always added as text, never parsed as HTML.
import { translate } from "./words.js";

/** @import { Word } from "./words.js" */
/** @typedef {Node | string | null | undefined | false} Child */
export { categoryOf, purposeOf, reachOf } from "./vocabulary.js";

/**
 * An element with properties and children. Children that are empty are left out.
 * @type {<T extends keyof HTMLElementTagNameMap>(tag: T, options?: Partial<HTMLElementTagNameMap[T]> & { class?: string }, ...children: (Child | Child[])[]) => HTMLElementTagNameMap[T]}
 */
export function el(tag, { class: className, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  if (className) node.className = className;
  node.append(...children.flat().flatMap((child) => child || []));
  return node;
}

/** A button that says `word` and runs `action`. @type {(word: Word, kind: string, action: () => unknown) => HTMLButtonElement} */
export const button = (word, kind, action) => onClick(el("button", { type: "button", class: kind }, translate(word)), action);

/**
 * Run `action` on a click. The button is disabled meanwhile, and gets the focus back.
 * @type {(button: HTMLButtonElement, action: () => unknown) => HTMLButtonElement}
 */
export function onClick(button, action) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    await action();
    button.disabled = false;
    if (document.activeElement === document.body && button.isConnected) button.focus();
  });
  return button;
}

/** A short mark. @type {(text: string, tone?: string) => HTMLElement} */
export const badge = (text, tone = "") => el("span", { class: `badge ${tone}` }, text);

/** Offer a value as a JSON file. @type {(name: string, value: object) => void} */
export function save(name, value) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value)], { type: "application/json" }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
