// The status page: shows what GET /health and GET /parties answer, in the language of the page, and stores nothing.
import { lookalikesOf } from "../kit/lookalikes.js";
import { WORDS } from "./status_words.js";

/** @typedef {{ accepted: number, anchored: number }} Log */
/** @typedef {{ consents: Log, records: Log, access: Log }} Logs */
/** @typedef {{ status: string, problem: string, chain: { id: number, reachable: boolean, block: number }, logs: Logs }} Health */
/** @typedef {{ name: string, names: { en?: string, ko?: string }, roles: string[], account: string }} Party */
const EVERY_MS = 2000;
const language = document.documentElement.lang;
const words = language === "ko" ? WORDS.ko : WORDS.en;

/** An element of the page. @type {(id: string) => HTMLElement} */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @type {<T extends keyof HTMLElementTagNameMap>(name: T, text?: string, className?: string) => HTMLElementTagNameMap[T]} */
const element = (name, text, className) => {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
};

/** @type {(count: number) => string} */
const written = (count) => count.toLocaleString(language);

/** The answer to a GET request, also that of a degraded ledger. @type {(path: string) => Promise<any>} */
async function get(path) {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok && response.status !== 503) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** @type {(title: string, log: Log) => HTMLElement} */
function logCard(title, { accepted, anchored }) {
  const card = element("div", undefined, "log");
  const bar = element("progress");
  bar.max = Math.max(accepted, 1);
  bar.value = anchored;
  bar.setAttribute("aria-label", words.ofOnChain(written(anchored), written(accepted)));
  card.append(element("h3", title), element("div", written(accepted), "size"), bar);
  const waiting = accepted - anchored;
  card.append(element("small", waiting ? words.waiting(written(waiting)) : words.allOnChain));
  return card;
}

/** @type {(health: Health) => void} */
function showHealth({ status, problem, chain, logs }) {
  const state = byId("state");
  state.className = `state ${status}`;
  state.textContent = problem ? words.degraded : words.serving(chain.id, written(chain.block));
  if (problem) state.append(" ", Object.assign(element("bdi", problem), { lang: "en" }));
  byId("logs").replaceChildren(logCard(words.consents, logs.consents), logCard(words.records, logs.records), logCard(words.access, logs.access));
}

/** @type {(party: Party, similar: { account: string }[]) => HTMLElement} */
function partyCard({ name, names, roles, account }, similar) {
  const card = element("li"), chips = element("p", undefined, "roles");
  chips.append(...roles.flatMap((role) => [element("span", words.roles[role] ?? role, "role"), " "]));
  card.append(element("h3", (language === "ko" ? names.ko : names.en) ?? name), chips, element("code", account));
  card.append(...similar.map((other) => element("p", words.similar(other.account), "warning")));
  return card;
}

/** @type {(parties: Party[]) => void} */
function showParties(parties) {
  const cards = parties.map((party) => partyCard(party, lookalikesOf(party, parties)));
  byId("parties").replaceChildren(...(cards.length ? cards : [element("li", words.noParties)]));
}

async function refresh() {
  try {
    showHealth(await get("/health"));
    showParties(await get("/parties"));
  } catch {
    byId("state").className = "state down";
    byId("state").textContent = words.down;
  } finally {
    setTimeout(refresh, EVERY_MS);
  }
}

byId("state").textContent = words.asking;
refresh();
