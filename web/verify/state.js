// The state of the verifier page, and its elements and texts.

/** @import { Document, Json, Verdict } from "./documents" */
/** @typedef {"en" | "ko"} Language */
/** @typedef {Record<Language, string>} Text */
/** @typedef {{ name: string, document?: Document, verdict: Verdict }} Outcome */
/** The operator's deployment file. @typedef {{ name: string, chainId: bigint, contracts: Map<string, Json> }} Deployment */

/**
 * Files and deployment that were chosen, the outcomes of their checks, the number of the run that checks, and the node
 * that the ledger which serves this page offers.
 * @type {{ language: Language, files: { name: string, bytes: Uint8Array }[], deployment?: Deployment, outcomes: Outcome[], run: number, offered?: { url: string, word: "node_own" | "node_named" } }}
 */
export const state = { language: navigator.language.startsWith("ko") ? "ko" : "en", files: [], outcomes: [], run: 0 };

/** An element of page.html. @type {(id: string) => HTMLElement} */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The text in the page's language, its placeholders filled. @type {(text: Text, values?: Record<string, unknown>) => string} */
export const translate = (text, values = {}) => text[state.language].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

/**
 * An element with text, class, attributes and children.
 * @type {(name: string, options?: Record<string, string | number | undefined>, ...children: (Node | string)[]) => HTMLElement}
 */
export function element(name, { text, className, ...attributes } = {}, ...children) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = String(text);
  if (className) node.className = String(className);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.append(...children);
  return node;
}
