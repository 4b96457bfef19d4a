// What a document says, and the contracts that it names.
import words from "mydata:words";
import { concat, equal, prefixedHex, sha256, utf8 } from "./bytes.js";
import { element, state, translate } from "./state.js";
import { timeText } from "./times.js";

/** @import { Document, Verdict } from "./documents" */
/** @import { Grant, Issue, Kind } from "./statements" */
const ID_OF = "mydata self-declared record\n";
const NEVER = 2n ** 63n - 1n;
/** @type {Record<Kind, (keyof typeof words.page.facts)[]>} */
const FACTS = {
  Consent: ["granteeName", "grantee", "grants", "version", "signedAt", "signer"],
  Revocation: ["granteeName", "grantee", "version", "signedAt", "signer"],
  Delegation: ["delegateName", "delegate", "relation", "categories", "notBefore", "expires", "delegator", "dataSubject"],
  Issue: ["holder", "category", "issuedAt", "recordId", "dataSubject", "cid"],
  Erasure: ["recordId", "erasedAt", "keyId", "signer", "cid"],
  AccessReceipt: ["requester", "category", "purpose", "action", "permitted", "reason", "decidedAt", "recordId"],
  Incident: ["incidentNumber", "reason", "responder", "notBefore", "expires"],
  IncidentExtension: ["incident", "reason", "responder", "notBefore", "until"],
  Acknowledgement: ["reader", "openedAt", "receipt", "recordId"],
};
const TIMES = ["signedAt", "issuedAt", "erasedAt", "decidedAt", "openedAt", "notBefore", "expires", "until"];

/** The facts of one of many documents, closed behind their title. @type {(proof: Document, verdict: Verdict) => HTMLElement} */
export function closedFacts(proof, verdict) {
  const [title, ...rest] = factsOf(proof, verdict);
  return element("details", {}, element("summary", { text: title.textContent ?? "" }), ...rest);
}

/** The title and members of a document. @type {(proof: Document, verdict: Verdict) => HTMLElement[]} */
export function factsOf(proof, verdict) {
  const members = new Map(Object.entries(proof.statement));
  const rows = FACTS[proof.kind].flatMap((name) => [element("dt", { text: translate(words.page.facts[name]) }), fact(name, members.get(name))]);
  if (proof.kind === "Issue" && isSelfDeclared(proof.statement)) rows.unshift(element("dt", { text: translate(words.page.facts.declaredBy) }), element("dd", { text: translate(words.page.values.self) }));
  if (proof.notice) rows.push(element("dt", { text: translate(words.page.facts.notice) }), element("dd", { text: proof.notice.text, lang: proof.notice.language }));
  const title = translate(words.page[["invalid", "unknown"].includes(verdict.result) ? "claims" : "says"]);
  const nodes = [element("h4", { text: title }), element("dl", {}, ...rows)];
  if (proof.disclosure) {
    const fields = proof.disclosure.fields.flatMap(({ pointer, value }) => [element("dt", {}, element("code", { text: pointer || "/" })), element("dd", { text: value })]);
    nodes.push(element("h4", { text: translate(words.page.fields) }), element("dl", { className: "fields" }, ...fields));
  }
  return nodes;
}

/** Whether the id of a record follows from its commitment, as that of a self-declared record does (ADR 65). @type {(issue: Issue) => boolean} */
const isSelfDeclared = ({ recordId, commitment }) => equal(recordId, sha256(concat(utf8.encode(ID_OF), commitment)));

/** @type {(name: string, value: unknown) => HTMLElement} */
function fact(name, value) {
  if (name === "grants") return element("dd", {}, .../** @type {Grant[]} */ (value).map((grant) => element("p", { text: grantText(grant) })));
  if (typeof value === "bigint" && TIMES.includes(name)) return element("dd", { text: endText(value) });
  if (typeof value === "boolean") return element("dd", { text: translate(words.page.values[value ? "yes" : "no"]) });
  if (value instanceof Uint8Array) return element("dd", {}, element("code", { text: prefixedHex(value) }));
  if (Array.isArray(value)) return element("dd", { text: value.join(", ") });
  const coded = ["cid", "grantee", "holder", "requester", "responder"].includes(name);
  return coded ? element("dd", {}, element("code", { text: String(value) })) : element("dd", { text: String(value) });
}

/** @type {(grant: Grant) => string} */
function grantText({ effect, categories, purposes, actions, conditions, notBefore, expires }) {
  const terms = [categories, purposes, actions, conditions].filter((list) => list.length).map((list) => list.join(", "));
  const verb = words.page.values[effect === "forbid" ? "forbid" : "permit"];
  return `${translate(verb)} · ${terms.join(" · ")} · ${endText(notBefore)} – ${endText(expires)}`;
}

/** @type {(seconds: bigint) => string} */
const endText = (seconds) => (seconds >= NEVER ? translate(words.page.values.never) : timeText(seconds));

/** The contracts of a document, compared with the operator's. @type {(proof: Document) => HTMLElement} */
export function registriesOf({ registries, domain }) {
  const rows = [...registries].flatMap(([name, address]) => [element("dt", { text: name }), element("dd", {}, element("code", { text: address }))]);
  const [className, text] = comparison(registries, domain.chainId);
  return element("div", { className: "registries" }, element("h3", { text: translate(words.page.registries) }), element("p", { className, text }), element("dl", {}, ...rows));
}

/** @type {(registries: Map<string, string>, chainId: bigint) => [className: string, text: string]} */
function comparison(registries, chainId) {
  const { deployment } = state;
  if (!deployment || deployment.chainId !== chainId) return ["warning", translate(words.page.compare)];
  const wrong = [...registries].filter(([name, address]) => deployment.contracts.get(name) !== address).map(([name]) => name);
  if (wrong.length) return ["warning bad", translate(words.page.differs, { file: deployment.name, names: wrong.join(", ") })];
  return ["fine", translate(words.page.compared, { file: deployment.name })];
}
