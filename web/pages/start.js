// The start page: who operates this ledger, which contracts hold its logs, and the last checkpoint on chain.

/** @typedef {{ account: string, name: string, names: { en?: string, ko?: string }, roles: string[] }} Party */
/** @typedef {{ anchored: number }} Log */
/** @typedef {{ problem: string, chain: { id: number, block: number, followed_at: number }, logs: { consents: Log, records: Log, access: Log } }} Health */
const language = document.documentElement.lang === "ko" ? "ko" : "en";
if (new URLSearchParams(location.search).has("language")) rememberLanguage();
const WORDS = {
  en: {
    checkpoint: (/** @type {string[]} */ [consents, records, access, block, time]) => `${consents} statements about consents, ${records} about records, ${access} receipts, in block ${block} (${time})`,
    look: "Look into the logs",
    behind: "The chain does not answer now, so nothing is read here until it does. Last checkpoint: ",
    contracts: { consents: "Consents", records: "Records", access: "Receipts" },
    chain: (/** @type {number} */ id) => (id === 31337 ? "Chain 31337: a test chain on this computer, for a demonstration" : `Chain ${id}`),
  },
  ko: {
    checkpoint: (/** @type {string[]} */ [consents, records, access, block, time]) => `동의 관련 ${consents}건, 기록 관련 ${records}건, 확인서 ${access}건 · 블록 ${block} (${time})`,
    look: "로그 살펴보기",
    behind: "지금은 체인이 응답하지 않아, 응답할 때까지 아무것도 열람되지 않습니다. 마지막 체크포인트: ",
    contracts: { consents: "동의", records: "기록", access: "열람 확인서" },
    chain: (/** @type {number} */ id) => (id === 31337 ? "체인 31337: 이 컴퓨터에서 도는 시연용 시험 체인" : `체인 ${id}`),
  },
}[language];

/** Who chose a language here has it on the other pages too. */
function rememberLanguage() {
  try {
    localStorage.setItem("mydata.language", language);
  } catch {
    // A browser without storage takes its own language there.
  }
}

/** Put text into a place of the page, with an account or address after it. @type {(id: string, ...parts: (string | Node)[]) => void} */
const show = (id, ...parts) => document.getElementById(id)?.replaceChildren(...parts);

/** @type {(text: string) => HTMLElement} */
const code = (text) => Object.assign(document.createElement("code"), { textContent: text });

/** A link to a page in this language. @type {(path: string, text: string) => HTMLElement} */
const link = (path, text) => Object.assign(document.createElement("a"), { href: `${path}?language=${language}`, textContent: text });

/** @type {(path: string) => Promise<any>} */
async function get(path) {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok && response.status !== 503) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** @type {(parties: Party[]) => void} */
function showOperator(parties) {
  const operator = parties.find(({ roles }) => roles.includes("operator"));
  if (!operator) return;
  const name = Object.assign(document.createElement("bdi"), { textContent: operator.names[language] ?? operator.name });
  show("operator", name, " ", code(operator.account));
}

/** @type {(health: Health) => void} */
function showCheckpoint({ problem, chain, logs }) {
  const numbers = [logs.consents.anchored, logs.records.anchored, logs.access.anchored, chain.block].map((one) => one.toLocaleString(language));
  const time = new Date(chain.followed_at * 1000).toLocaleString(language, { dateStyle: "medium", timeStyle: "medium" });
  show("checkpoint", (problem ? WORDS.behind : "") + WORDS.checkpoint([...numbers, time]), " ", link("/explorer", WORDS.look));
}

/** @type {(chain: number, heads: { log: "consents" | "records" | "access", contract: string }[]) => void} */
function showContracts(chain, heads) {
  const rows = heads.map(({ log, contract }) => {
    const row = document.createElement("span");
    row.append(link(`/explorer/${log}`, WORDS.contracts[log]), " ", code(contract));
    return row;
  });
  show("contracts", WORDS.chain(chain), ...rows);
}

// each part stands without the others: what does not answer leaves the text of the page
const ignored = () => undefined;
get("/parties").then(showOperator).catch(ignored);
get("/health").then(showCheckpoint).catch(ignored);
Promise.all(["consents", "records", "access"].map((log) => get(`/log/${log}/heads`))).then((heads) => showContracts(heads[0].chain_id, heads)).catch(ignored);
