// The verifier page: files are chosen, checked and shown as cards. What a document says is only ever added as text.
import words from "mydata:words";
import { callsOf } from "./anchoring.js";
import { showAll, showProgress } from "./cards.js";
import { Snapshot } from "./chain.js";
import { parseFile } from "./document.js";
import { examine, malformed } from "./examine.js";
import { JsonNumber, read } from "./json.js";
import { byId, element, state, translate } from "./state.js";

/** @import { Document } from "./documents" */
/** @import { Deployment, Language, Outcome } from "./state.js" */
const CHUNK = 200;
const rpcField = /** @type {HTMLInputElement} */ (byId("rpc"));
const filesField = /** @type {HTMLInputElement} */ (byId("files"));
const languageButtons = /** @type {NodeListOf<HTMLElement & { dataset: { language: Language } }>} */ (document.querySelectorAll("[data-language]"));

/** @type {(files: Iterable<File>) => Promise<void>} */
async function load(files) {
  state.files = [];
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const deployment = deploymentIn(file.name, bytes);
    if (deployment) state.deployment = deployment;
    else state.files.push({ name: file.name, bytes });
  }
  await check();
}

/**
 * The operator's deployment file, which names the contracts of one chain; undefined for any other.
 * @type {(name: string, bytes: Uint8Array) => Deployment | undefined}
 */
function deploymentIn(name, bytes) {
  try {
    const value = read(bytes), chainId = value instanceof Map && !value.has("kind") && value.get("chain_id");
    return value instanceof Map && chainId instanceof JsonNumber ? { name, chainId: BigInt(chainId.text), contracts: value } : undefined;
  } catch {
    return undefined;
  }
}

async function check() {
  const run = ++state.run, url = rpcField.value.trim();
  const problem = byId("rpc-problem");
  problem.textContent = "";
  if (!/^https?:\/\/\S+$/.test(url) || !URL.canParse(url)) {
    problem.textContent = translate(words.page.rpc_missing);
    rpcField.setAttribute("aria-invalid", "true");
    rpcField.focus();
    return;
  }
  rpcField.removeAttribute("aria-invalid");
  if (!state.files.length) return showAll();
  const inputs = state.files.flatMap(({ name, bytes }) => parseFile(bytes).map((parsed, index) => ({ name: index ? `${name}:${index + 1}` : name, parsed })));
  const outcomes = await examineAll(inputs, new Snapshot(url), run);
  if (run !== state.run) return;
  state.outcomes = outcomes;
  if (outcomes.some(({ verdict }) => verdict.steps.at(-1)?.code === "chain_silent")) problem.textContent = translate(words.page.rpc_silent);
  showAll();
}

/** @type {(inputs: { name: string, parsed: Document | Error }[], chain: Snapshot, run: number) => Promise<Outcome[]>} */
async function examineAll(inputs, chain, run) {
  const outcomes = [];
  for (let start = 0; start < inputs.length && run === state.run; start += CHUNK) {
    showProgress(start, inputs.length, inputs.length > CHUNK);
    const chunk = inputs.slice(start, start + CHUNK);
    await chain.prefetch(chunk.flatMap(({ parsed }) => (parsed instanceof Error ? [] : callsOf(parsed)))).catch(() => {});
    for (const { name, parsed } of chunk) outcomes.push(await outcomeOf(name, parsed, chain));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return outcomes;
}

/** @type {(name: string, parsed: Document | Error, chain: Snapshot) => Promise<Outcome>} */
async function outcomeOf(name, parsed, chain) {
  return parsed instanceof Error ? { name, verdict: malformed(parsed) } : { name, document: parsed, verdict: await examine(parsed, chain) };
}

// --- the node of the ledger that serves this page ------------------------------------------------------------------------

/** Offer it, unless the reader entered an address; a page from disk, or of another server, offers none. */
async function offerNode() {
  if (!location.protocol.startsWith("http")) return;
  const answer = await fetch("/verify/node", { headers: { accept: "application/json" } });
  const { url, own } = answer.ok ? await answer.json() : {};
  if (typeof url !== "string" || rpcField.value) return;
  rpcField.value = new URL(url, location.href).href;
  state.offered = { url: rpcField.value, word: own ? "node_own" : "node_named" };
  showOffer();
}

/** Say whose node it is, as long as its address stands there. */
function showOffer() {
  const { offered } = state;
  byId("node-note").textContent = offered && offered.url === rpcField.value ? translate(words.page[offered.word]) : "";
}

// --- language and events ------------------------------------------------------------------------------------------------

/** @type {(language: Language) => void} */
function setLanguage(language) {
  state.language = language;
  document.documentElement.lang = language;
  document.title = `${translate(words.page.title)} · MyData Ledger`;
  for (const target of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-words]"))) {
    target.textContent = translate(/** @type {Record<string, any>} */ (words.page)[String(target.dataset.words)]);
  }
  for (const button of languageButtons) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  byId("notes").replaceChildren(...words.page.hints.map((hint) => element("li", { text: translate(hint) })));
  if (byId("rpc-problem").textContent) byId("rpc-problem").textContent = translate(words.page[rpcField.hasAttribute("aria-invalid") ? "rpc_missing" : "rpc_silent"]);
  if (state.outcomes.length) showAll();
  showOffer();
}

/** @type {(event: DragEvent) => void} */
function drop(event) {
  event.preventDefault();
  byId("drop").classList.remove("over");
  if (event.dataTransfer?.files.length) load(event.dataTransfer.files);
}

for (const button of languageButtons) button.addEventListener("click", () => setLanguage(button.dataset.language));
filesField.addEventListener("change", () => load(filesField.files ?? []).finally(() => (filesField.value = "")));
byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  byId("drop").classList.add("over");
});
addEventListener("dragleave", (event) => event.relatedTarget || byId("drop").classList.remove("over"));
addEventListener("drop", drop);
rpcField.addEventListener("input", showOffer);
setLanguage(state.language);
offerNode().catch(() => {});
