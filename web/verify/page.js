// The page: files in, cards out. What documents say is only ever put in as text.
import words from "mydata:words";
import { shown } from "./bytes.js";
import { Snapshot } from "./chain.js";
import { parseFile } from "./document.js";
import { examine, malformed, questions } from "./examine.js";
import { Digits, read } from "./json.js";

const MAX_CARDS = 100, MAX_SETS = 5, CHUNK = 200, NEVER = 2n ** 63n - 1n, SHOWS_CLOSED = 3;
const WORST_FIRST = ["invalid", "unknown", "revoked", "superseded", "withdrawn", "expired", "valid"];
const ICONS = { valid: "✓", revoked: "⊘", withdrawn: "⊘", superseded: "⊘", expired: "⌛", unknown: "?", invalid: "✗" };
const HELD = new Map([[true, ["✓", "held"]], [false, ["✗", "failed"]], [null, ["?", "open"]]]);
const FACTS = {
  Consent: ["granteeName", "grantee", "grants", "version", "signedAt", "signer"],
  Revocation: ["granteeName", "grantee", "version", "signedAt", "signer"],
  Delegation: ["delegateName", "delegate", "relation", "categories", "notBefore", "expires", "delegator", "dataSubject"],
  Issue: ["holder", "category", "issuedAt", "recordId", "dataSubject", "cid"],
  Erasure: ["recordId", "erasedAt", "keyId", "signer", "cid"],
  AccessReceipt: ["requester", "category", "purpose", "action", "permitted", "reason", "decidedAt", "recordId"],
  Incident: ["incidentNumber", "reason", "responder", "notBefore", "expires"],
  Acknowledgement: ["reader", "openedAt", "receipt", "recordId"],
};
const TIMES = ["signedAt", "issuedAt", "erasedAt", "decidedAt", "openedAt", "notBefore", "expires"];

const state = { language: navigator.language.startsWith("ko") ? "ko" : "en", files: [], known: undefined, outcomes: [], run: 0 };
const $ = (id) => document.getElementById(id);
const say = (entry, values = {}) => entry[state.language].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

function element(name, { text, className, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// --- checking --------------------------------------------------------------------------------------------------------

async function take(files) {
  state.files = [];
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const deployment = asDeployment(file.name, bytes);
    if (deployment) state.known = deployment;
    else state.files.push({ name: file.name, bytes });
  }
  await check();
}

/** The operator's deployment file: where the contracts stand on one chain. */
function asDeployment(name, bytes) {
  try {
    const value = read(bytes);
    if (!(value instanceof Map) || value.has("kind") || !(value.get("chain_id") instanceof Digits)) return undefined;
    return { name, chainId: BigInt(value.get("chain_id").text), contracts: value };
  } catch {
    return undefined;
  }
}

async function check() {
  const run = ++state.run, url = $("rpc").value.trim();
  const problem = $("rpc-problem");
  problem.textContent = "";
  if (!/^https?:\/\/\S+$/.test(url) || !URL.canParse(url)) {
    problem.textContent = say(words.page.rpc_missing);
    $("rpc").setAttribute("aria-invalid", "true");
    $("rpc").focus();
    return;
  }
  $("rpc").removeAttribute("aria-invalid");
  if (!state.files.length) return showAll();
  const named = state.files.flatMap(({ name, bytes }) => parseFile(bytes).map((found, at) => ({ name: at ? `${name}:${at + 1}` : name, found })));
  const outcomes = await examineAll(named, new Snapshot(url), run);
  if (run !== state.run) return;
  state.outcomes = outcomes;
  if (outcomes.some(({ verdict }) => verdict.steps.at(-1).code === "chain_silent")) problem.textContent = say(words.page.rpc_silent);
  showAll();
}

async function examineAll(named, chain, run) {
  const outcomes = [];
  for (let start = 0; start < named.length && run === state.run; start += CHUNK) {
    showProgress(start, named.length);
    const chunk = named.slice(start, start + CHUNK);
    await chain.prefetch(chunk.flatMap(({ found }) => (found instanceof Error ? [] : questions(found)))).catch(() => {});
    for (const { name, found } of chunk) {
      const verdict = found instanceof Error ? malformed(found) : await examine(found, chain);
      outcomes.push({ name, document: found instanceof Error ? undefined : found, verdict });
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
  return outcomes;
}

function showProgress(done, count) {
  $("found").hidden = false;
  $("found").setAttribute("aria-busy", "true");
  $("progress").hidden = count <= CHUNK;
  $("progress").value = done / count;
  $("summary").textContent = say(words.page.checking, { done, count });
}

// --- showing ---------------------------------------------------------------------------------------------------------

function showAll() {
  const outcomes = [...state.outcomes].sort((a, b) => rank(a) - rank(b));
  $("found").hidden = !outcomes.length;
  $("found").removeAttribute("aria-busy");
  $("progress").hidden = true;
  $("again").hidden = !state.files.length;
  const open = outcomes.length <= SHOWS_CLOSED;
  const cards = outcomes.slice(0, MAX_CARDS).map((outcome) => card(outcome, open));
  $("cards").replaceChildren(...(open ? [] : [element("div", { className: "panel" }, ...namedBy(outcomes))]), ...cards);
  if (outcomes.length > MAX_CARDS) {
    $("cards").append(element("p", { className: "help", text: say(words.page.more, { count: outcomes.length - MAX_CARDS }) }));
  }
  $("summary").textContent = summary(outcomes);
}

const rank = ({ verdict }) => WORST_FIRST.indexOf(verdict.standing);

function summary(outcomes) {
  if (outcomes.length === 1) {
    const [{ verdict }] = outcomes;
    return `${resultOf(verdict)} — ${say(words.page.meaning[verdict.standing])}`;
  }
  const counts = WORST_FIRST.map((result) => [result, outcomes.filter(({ verdict }) => verdict.standing === result).length]);
  const parts = counts.filter(([, count]) => count).map(([result, count]) => say(words.page.counted_part, { count, result: say(words.results[result]) }));
  return say(words.page.counted, { count: outcomes.length, parts: parts.join(", ") });
}

const resultOf = (verdict) => say(words.results[verdict.standing]);

function card({ name, document: found, verdict }, open) {
  const kind = found && say(words.kinds[found.disclosure ? "Disclosure" : found.kind]);
  const badge = element("p", { className: "badge" }, element("span", { text: ICONS[verdict.standing], "aria-hidden": "true" }), element("strong", { text: resultOf(verdict) }));
  const head = element("div", { className: "head" }, badge, element("h3", {}, ...(kind ? [kind, " "] : []), element("small", { text: name })), element("p", { className: "meaning", text: say(words.page.meaning[verdict.standing]) }));
  const made = element("article", { className: `card ${verdict.result}`, "data-result": verdict.result, "data-standing": verdict.standing }, head, checksOf(verdict, open));
  if (found) made.append(...(open ? [...factsOf(found, verdict), registriesOf(found)] : [folded(found, verdict)]));
  return made;
}

/** What many documents say, each behind its own title. */
function folded(found, verdict) {
  const [title, ...rest] = factsOf(found, verdict);
  return element("details", {}, element("summary", { text: title.textContent }), ...rest);
}

/** The contracts many documents name, each set of them once. */
function namedBy(outcomes) {
  const sets = new Map(outcomes.filter((one) => one.document).map(({ document: found }) => [[found.domain.chainId, ...found.registries].join(), found]));
  return [...sets.values()].slice(0, MAX_SETS).map(registriesOf);
}

function checksOf(verdict, open) {
  const list = element("ol", { className: "checks" }, ...verdict.steps.map(step));
  const made = element("details", {}, element("summary", { text: say(words.page.checks) }), list);
  made.open = open || verdict.result !== "valid";
  return made;
}

function step({ number, code, values, held }) {
  const [icon, name] = HELD.get(held);
  const told = { ...values, kind: values.kind ? say(words.kinds[values.kind]) : undefined };
  const mark = element("span", { className: "mark", "aria-hidden": "true", text: icon });
  const state_ = element("span", { className: "unseen", text: `${say(words.page[name])}: ` });
  const text = element("span", { text: say(words.said[code], told) });
  return element("li", { value: number, className: name, "data-code": code }, mark, element("span", { className: "number", "aria-hidden": "true", text: number }), element("span", { className: "text" }, state_, text));
}

function factsOf(found, verdict) {
  const rows = FACTS[found.kind].flatMap((name) => [element("dt", { text: say(words.page.facts[name]) }), fact(name, found.said[name])]);
  if (found.notice) rows.push(element("dt", { text: say(words.page.facts.notice) }), element("dd", { text: found.notice.text, lang: found.notice.language }));
  const title = say(words.page[["invalid", "unknown"].includes(verdict.result) ? "claims" : "says"]);
  const made = [element("h4", { text: title }), element("dl", {}, ...rows)];
  if (found.disclosure) {
    const fields = found.disclosure.fields.flatMap(({ pointer, value }) => [element("dt", {}, element("code", { text: pointer || "/" })), element("dd", { text: value })]);
    made.push(element("h4", { text: say(words.page.fields) }), element("dl", { className: "fields" }, ...fields));
  }
  return made;
}

function fact(name, value) {
  if (name === "grants") return element("dd", {}, ...value.map((grant) => element("p", { text: grantText(grant) })));
  if (TIMES.includes(name)) return element("dd", { text: moment(value) });
  if (typeof value === "boolean") return element("dd", { text: say(words.page.values[value ? "yes" : "no"]) });
  if (value instanceof Uint8Array) return element("dd", {}, element("code", { text: shown(value) }));
  if (Array.isArray(value)) return element("dd", { text: value.join(", ") });
  const coded = ["cid", "grantee", "holder", "requester", "responder"].includes(name);
  return coded ? element("dd", {}, element("code", { text: value })) : element("dd", { text: String(value) });
}

function grantText({ effect, categories, purposes, actions, conditions, notBefore, expires }) {
  const what = [categories, purposes, actions, conditions].filter((list) => list.length).map((list) => list.join(", "));
  return `${say(words.page.values[effect])} · ${what.join(" · ")} · ${moment(notBefore)} – ${moment(expires)}`;
}

function moment(seconds) {
  if (seconds >= NEVER) return say(words.page.values.never);
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  return `${date.toLocaleString(state.language, { timeZone: "UTC", dateStyle: "medium", timeStyle: "medium" })} UTC`;
}

function registriesOf({ registries, domain }) {
  const rows = [...registries].flatMap(([name, at]) => [element("dt", { text: name }), element("dd", {}, element("code", { text: at }))]);
  const [className, text] = comparison(registries, domain.chainId);
  return element("div", { className: "registries" }, element("h3", { text: say(words.page.registries) }), element("p", { className, text }), element("dl", {}, ...rows));
}

function comparison(registries, chainId) {
  const { known } = state;
  if (!known || known.chainId !== chainId) return ["warning", say(words.page.compare)];
  const wrong = [...registries].filter(([name, at]) => known.contracts.get(name) !== at).map(([name]) => name);
  if (wrong.length) return ["warning bad", say(words.page.differs, { file: known.name, names: wrong.join(", ") })];
  return ["fine", say(words.page.compared, { file: known.name })];
}

// --- language and events ------------------------------------------------------------------------------------------------

function speak(language) {
  state.language = language;
  document.documentElement.lang = language;
  document.title = `${say(words.page.title)} · MyData Ledger`;
  for (const place of document.querySelectorAll("[data-words]")) place.textContent = say(words.page[place.dataset.words]);
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  $("notes").replaceChildren(...words.page.hints.map((hint) => element("li", { text: say(hint) })));
  if ($("rpc-problem").textContent) $("rpc-problem").textContent = say(words.page[$("rpc").hasAttribute("aria-invalid") ? "rpc_missing" : "rpc_silent"]);
  if (state.outcomes.length) showAll();
}

function drop(event) {
  event.preventDefault();
  $("drop").classList.remove("over");
  if (event.dataTransfer.files.length) take(event.dataTransfer.files);
}

for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language));
$("files").addEventListener("change", (event) => take(event.target.files).finally(() => (event.target.value = "")));
$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  $("drop").classList.add("over");
});
addEventListener("dragleave", (event) => event.relatedTarget || $("drop").classList.remove("over"));
addEventListener("drop", drop);
speak(state.language);
