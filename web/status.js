// Shows what the ledger says of itself; composes nothing and keeps nothing.
const LOGS = { consents: "Consents and withdrawals", records: "Records", access: "Questions and answers" };
const EVERY_MS = 2000;

const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};

async function ask(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  if (!answer.ok && answer.status !== 503) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function logCard(name, { accepted, anchored }) {
  const card = element("div", undefined, "log");
  const bar = element("progress");
  bar.max = Math.max(accepted, 1);
  bar.value = anchored;
  bar.setAttribute("aria-label", `${anchored} of ${accepted} on chain`);
  card.append(element("h3", LOGS[name]), element("div", accepted.toLocaleString(), "size"), bar);
  const waiting = accepted - anchored;
  card.append(element("small", waiting ? `${waiting.toLocaleString()} on their way to the chain` : "all on chain"));
  return card;
}

function showHealth(health) {
  const state = document.getElementById("state");
  const { chain } = health;
  state.className = `state ${health.status}`;
  state.textContent = chain.reachable
    ? `Serving. Chain ${chain.id} followed to block ${chain.block.toLocaleString()}.`
    : "The chain does not answer: questions are answered “unknown” until it does; withdrawals are still accepted.";
  document.getElementById("logs").replaceChildren(...Object.keys(LOGS).map((name) => logCard(name, health.logs[name])));
}

function partyRow({ name, roles, account }) {
  const row = element("tr");
  const cells = [element("td", name), element("td"), element("td")];
  cells[1].append(...roles.map((role) => element("span", role, "role")));
  cells[2].append(element("code", account));
  row.append(...cells);
  return row;
}

function showParties(parties) {
  const none = element("tr");
  none.append(Object.assign(element("td", "None yet. Accredit one with: mydata party add"), { colSpan: 3 }));
  document.getElementById("parties").replaceChildren(...(parties.length ? parties.map(partyRow) : [none]));
}

async function refresh() {
  try {
    showHealth(await ask("/health"));
    showParties(await ask("/parties"));
  } catch {
    const state = document.getElementById("state");
    state.className = "state down";
    state.textContent = "This server does not answer. Start it again with: mydata up";
  } finally {
    setTimeout(refresh, EVERY_MS);
  }
}

refresh();
