// The status page: shows what GET /health and GET /parties answer, and stores nothing.

/** @typedef {{ accepted: number, anchored: number }} Log */
/** @typedef {{ consents: Log, records: Log, access: Log }} Logs */
/** @typedef {{ status: string, problem: string, chain: { id: number, reachable: boolean, block: number }, logs: Logs }} Health */
/** @typedef {{ name: string, roles: string[], account: string }} Party */
/** @type {Record<keyof Logs, string>} */
const LOGS = { consents: "Consents and withdrawals", records: "Records", access: "Accesses and refusals" };
const EVERY_MS = 2000;

/** An element of index.html. @type {(id: string) => HTMLElement} */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @type {<T extends keyof HTMLElementTagNameMap>(name: T, text?: string, className?: string) => HTMLElementTagNameMap[T]} */
const element = (name, text, className) => {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
};

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
  bar.setAttribute("aria-label", `${anchored} of ${accepted} on chain`);
  card.append(element("h3", title), element("div", accepted.toLocaleString(), "size"), bar);
  const waiting = accepted - anchored;
  card.append(element("small", waiting ? `${waiting.toLocaleString()} not on chain yet` : "all on chain"));
  return card;
}

/** @type {(health: Health) => void} */
function showHealth({ status, problem, chain, logs }) {
  byId("state").className = `state ${status}`;
  byId("state").textContent = problem
    ? `Questions are answered “unknown”, withdrawals are still accepted. The reason: ${problem}.`
    : `Serving. Chain ${chain.id} followed to block ${chain.block.toLocaleString()}.`;
  byId("logs").replaceChildren(logCard(LOGS.consents, logs.consents), logCard(LOGS.records, logs.records), logCard(LOGS.access, logs.access));
}

/** @type {(party: Party) => HTMLElement} */
function partyRow({ name, roles, account }) {
  const row = element("tr");
  const cells = [element("td", name), element("td"), element("td")];
  cells[1].append(...roles.map((role) => element("span", role, "role")));
  cells[2].append(element("code", account));
  row.append(...cells);
  return row;
}

/** @type {(parties: Party[]) => void} */
function showParties(parties) {
  const none = element("tr");
  none.append(Object.assign(element("td", "None yet. Accredit one with: mydata party add"), { colSpan: 3 }));
  byId("parties").replaceChildren(...(parties.length ? parties.map(partyRow) : [none]));
}

async function refresh() {
  try {
    showHealth(await get("/health"));
    showParties(await get("/parties"));
  } catch {
    byId("state").className = "state down";
    byId("state").textContent = "This server does not answer. Start it again with: mydata up";
  } finally {
    setTimeout(refresh, EVERY_MS);
  }
}

refresh();
