// The checks of `mydata verify`, with the same numbers, codes and results: the first that fails decides, and what the file
// alone shows comes before the chain.
import { big, checksum, fromHex, hex, same, sha256, shown, utf8 } from "./bytes.js";
import { Nonsense, Silent, view } from "./chain.js";
import { contentAgrees, fieldsShown } from "./commitment.js";
import { leafHash, rootFrom } from "./merkle.js";

const ZERO = new Uint8Array(32);
const WRAPPED = fromHex("6492".repeat(16));
const ADDRESS = 20;

class Ends extends Error {
  constructor(result, code, values = {}, standing = "") {
    super(code);
    Object.assign(this, { result, code, values, standing });
  }
}

/** What is no document fails check 1. */
export function malformed(error) {
  return { result: "invalid", standing: "invalid", steps: [{ number: 1, code: "malformed", values: { detail: error.message }, held: false }] };
}

/** Check a parsed document; { result, standing, steps: [{ number, code, values, held }] }. */
export async function examine(document, chain) {
  const steps = [{ number: 1, code: "well_formed", values: { kind: document.kind, log: document.log }, held: true }];
  let result = "valid", standing = "";
  for (const [number, check] of CHECKS) {
    if (result === "unknown" && number > 6) break;
    try {
      const [code, values] = await check(document, chain);
      steps.push({ number, code, values: values ?? {}, held: true });
    } catch (error) {
      const end = asEnd(error);
      steps.push({ number, code: end.code, values: end.values, held: end.result === "unknown" ? null : false });
      ({ result, standing } = end);
      if (result !== "unknown") break;
    }
  }
  return { result, standing: standing || result, steps };
}

function asEnd(error) {
  if (error instanceof Ends) return error;
  if (error instanceof Nonsense) return new Ends("unknown", "chain_nonsense", { contract: error.contract });
  if (error instanceof Silent) return new Ends("unknown", "chain_silent");
  throw error;
}

const CHECKS = [
  [2, (document) => ["digest", { digest: shown(document.digest) }]],
  [3, signed],
  [4, entry],
  [5, included],
  [6, attached],
  [7, anchored],
  [8, accredited],
  [9, standing],
  [10, window_],
];

// --- 3: who signed -----------------------------------------------------------------------------------------------

function signerOf({ kind, said }) {
  if (kind === "Consent" || kind === "Revocation" || kind === "Erasure") return said.signer;
  if (kind === "Issue") return fromHex(said.holder.slice(2));
  if (kind === "Delegation") return said.delegator;
  if (kind === "Acknowledgement") return fromHex(said.reader.slice(2));
  return kind === "Incident" ? fromHex(said.responder.slice(2)) : new Uint8Array();
}

async function signed(document, chain) {
  const found = [];
  for (const part of document.parts) found.push(await signedPart(part, chain));
  return found[0];
}

async function signedPart(part, chain) {
  const named = signerOf(part), { recovered } = part;
  if (part.kind === "AccessReceipt") {
    if (!recovered) throw new Ends("invalid", "signature_broken", { detail: "65 bytes of a key that exists" });
    return ["signed_gateway", { signer: checksum(recovered) }];
  }
  if (recovered && same(recovered, named)) return ["signed", { signer: checksum(named) }];
  if (named.length < ADDRESS) throw new Ends("invalid", "signed_by_other", { signer: shown(named) });
  await requireRegistries(part, chain);
  return named.length === ADDRESS ? byWallet(part, checksum(named), chain) : byKey(part, named, chain);
}

async function byWallet(part, account, chain) {
  const wrapped = part.signature.length >= 32 && same(part.signature.subarray(-32), WRAPPED);
  if (wrapped && !(await chain.hasCode(account))) throw new Ends("unknown", "wallet_absent", { signer: account });
  const agrees = await chain.walletAgrees(account, part.digest, wrapped ? inner(part.signature) : part.signature);
  if (!agrees) throw new Ends("invalid", "signed_by_other", { signer: account });
  return ["signed_wallet", { signer: account }];
}

async function byKey(part, named, chain) {
  const verifier = checksum(named.subarray(0, ADDRESS));
  const agrees = await chain.verifierAgrees(verifier, named.subarray(ADDRESS), part.digest, part.signature);
  if (!agrees) throw new Ends("invalid", "signed_by_other", { signer: shown(named) });
  return ["signed_key", { signer: verifier }];
}

/** The signature inside an ERC-6492 wrapper; nothing when misshapen. */
function inner(signature) {
  const body = signature.subarray(0, -32), at = (place) => Number(BigInt(shown(body.subarray(place, place + 32)) + "00") >> 8n);
  const start = body.length >= 96 ? at(64) : Infinity;
  const length = start + 32 <= body.length ? at(start) : Infinity;
  return start + 32 + length <= body.length ? body.subarray(start + 32, start + 32 + length) : new Uint8Array();
}

// --- 4 to 6: what the file alone shows ------------------------------------------------------------------------------

function entry(document) {
  for (const part of document.parts) {
    if (!same(part.entry, part.claimed)) throw new Ends("invalid", "entry_wrong");
    if (!same(part.lock, part.said.lock ?? ZERO)) throw new Ends("invalid", "lock_wrong");
  }
  return ["entry", { entry: shown(document.claimed) }];
}

function included(document) {
  for (const { checkpoint, entry: made, position, inclusion } of document.parts) {
    if (!checkpoint) throw new Ends("unknown", "not_anchored");
    const root = rootFrom(leafHash(made), position, checkpoint.size, inclusion);
    if (!root || !same(root, checkpoint.root)) throw new Ends("invalid", "not_included", { position });
  }
  return ["included", { position: document.position, size: document.checkpoint.size }];
}

function attached(document) {
  const { kind, said } = document;
  if (kind === "Issue") return contentOf(document, said);
  if (kind === "Erasure") return erased(document, said);
  const noticed = kind === "Consent" && noticedBy(document, said);
  if (kind === "Delegation" && !namedRightly(said)) throw new Ends("invalid", "delegation_by_other");
  if ((kind === "Consent" || kind === "Revocation") && !same(said.signer, said.dataSubject)) return delegated(document, said);
  return [noticed ? "notice_agrees" : "nothing_attached"];
}

function noticedBy({ notice }, said) {
  const agrees = !notice || (same(sha256(utf8.encode(notice.text)), said.noticeHash) && notice.language === said.noticeLanguage);
  if (!agrees) throw new Ends("invalid", "notice_wrong");
  return Boolean(notice);
}

function contentOf({ content, disclosure }, said) {
  if (content) {
    if (content.apart) throw new Ends("unknown", "content_missing");
    if (!contentAgrees(content, said.commitment)) throw new Ends("invalid", "content_wrong");
    return ["content_agrees", { bytes: content.raw.length }];
  }
  if (!disclosure) return ["nothing_attached"];
  const fields = fieldsShown(disclosure, said.commitment);
  if (!fields) throw new Ends("invalid", "fields_wrong");
  return ["fields_agree", { count: fields.size }];
}

const namedRightly = (office) => same(office.delegator, office.dataSubject) || office.relation === "guardian" || onPaper(office);
const PAPER = "paper:0x";
const onPaper = (office) => office.relation.startsWith(PAPER);
const covers = (granted, asked) => granted === "*" || granted === asked || asked.startsWith(granted + ".");
const sameDomain = (a, b) => a.chainId === b.chainId && a.contract === b.contract;

/** Who signed for the data subject was named before, for that time and for all the categories signed about. */
function delegated({ delegation, domain, position, digest }, said) {
  if (!delegation) throw new Ends("unknown", "delegation_missing");
  const office = delegation.said;
  const theirs = same(office.dataSubject, said.dataSubject) && same(office.delegate, said.signer);
  if (!theirs || !sameDomain(delegation.domain, domain)) throw new Ends("invalid", "delegation_other");
  if (!namedRightly(office)) throw new Ends("invalid", "delegation_by_other");
  if (onPaper(office) && office.relation !== PAPER + hex(digest)) throw new Ends("invalid", "paper_other");
  const open = office.notBefore <= said.signedAt && said.signedAt < office.expires;
  if (delegation.position >= position || !open) throw new Ends("invalid", "delegation_closed");
  const about = (said.grants ?? []).flatMap((grant) => grant.categories);
  const covered = about.every((category) => office.categories.some((mine) => covers(mine, category)));
  if (!covered) throw new Ends("invalid", "delegation_narrower");
  return [onPaper(office) ? "on_paper" : "delegated", { name: office.delegateName, position: delegation.position }];
}

function erased(document, said) {
  const { issue, domain } = document;
  if (!issue) throw new Ends("unknown", "erased_missing");
  const record = issue.said;
  const sameLog = sameDomain(issue.domain, domain);
  if (!same(record.recordId, said.recordId) || record.cid !== said.cid || !sameLog) throw new Ends("invalid", "erased_other");
  if (issue.position >= document.position || record.issuedAt > said.erasedAt) throw new Ends("invalid", "erased_younger");
  const entitled = [record.dataSubject, fromHex(record.holder.slice(2))].some((one) => same(one, said.signer));
  if (!entitled) throw new Ends("invalid", "erased_by_other");
  return ["erased_older", { position: issue.position }];
}

// --- 7 to 10: what only the chain can tell ---------------------------------------------------------------------------

async function requireRegistries(part, chain) {
  if ((await chain.chainId()) !== part.domain.chainId) throw new Ends("unknown", "chain_other", { chain: part.domain.chainId });
  for (const contract of part.registries.values()) {
    if (!(await chain.hasCode(contract))) throw new Ends("unknown", "no_contract", { contract });
  }
}

async function anchored(document, chain) {
  for (const part of document.parts) {
    const { contract } = part.domain, { size, root } = part.checkpoint;
    if (part.registries.get(part.log) !== contract) throw new Ends("invalid", "registry_other");
    await requireRegistries(part, chain);
    const known = (await chain.checkpoint(contract, root)).size;
    if (known === 0n) throw new Ends("unknown", "checkpoint_unknown");
    if (known !== size) throw new Ends("invalid", "checkpoint_size", { known, size });
  }
  return ["anchored", { contract: document.domain.contract, chain: document.domain.chainId }];
}

function officeOf({ kind, said, recovered, delegation }) {
  if (kind === "AccessReceipt") return ["operator", checksum(recovered), said.decidedAt];
  if (kind === "Issue") return ["holder", said.holder, said.issuedAt];
  if (kind === "Delegation" && !same(said.delegator, said.dataSubject)) return [onPaper(said) ? "witness" : "authority", accountOf(said.delegator), said.signedAt];
  if (delegation && onPaper(delegation.said)) return ["witness", accountOf(said.signer), said.signedAt];
  return kind === "Incident" ? ["responder", said.responder, said.notBefore] : undefined;
}

/** The address, which alone can be accredited; the zero address for any other kind of signer. */
const accountOf = (signer) => checksum(signer.length === ADDRESS ? signer : new Uint8Array(ADDRESS));

async function accredited(document, chain) {
  const found = [];
  for (const part of document.parts) {
    const office = officeOf(part);
    if (office) found.push(await accreditedPart(part, office, chain));
  }
  return found[0] ?? ["no_accreditation"];
}

async function accreditedPart(part, [role, signer, at], chain) {
  const party = await chain.party(part.registries.get("parties"), signer);
  const { time } = await chain.checkpoint(part.domain.contract, part.checkpoint.root);
  const held = (moment) => party.start <= moment && moment < party.end;
  if (!party.roles.includes(role) || !(held(at) || held(time))) throw new Ends("invalid", "not_accredited", { signer, role });
  return ["accredited", { signer, role }];
}

async function standing(document, chain) {
  const { kind, said } = document, consents = document.registries.get("consents");
  if (kind === "AccessReceipt") return restsOn(said, consents, chain);
  if (kind === "Issue") return recordStands(document, chain);
  if (kind === "Consent" || kind === "Delegation") {
    for (const part of document.parts) {
      const at = await chain.mark(consents, "revokedAt", part.claimed);
      if (at) throw new Ends("revoked", `${part.kind.toLowerCase()}_revoked`, { at }, "revoked");
    }
    return [`${kind.toLowerCase()}_stands`];
  }
  if (kind !== "Revocation") return ["nothing_to_withdraw"];
  const at = await chain.mark(consents, "revokedAt", said.consent);
  return at ? ["revocation_marked", { at }] : ["revocation_logged"];
}

async function recordStands({ domain, claimed }, chain) {
  const at = await chain.mark(domain.contract, "withdrawnAt", claimed);
  if (!at) return ["record_stands"];
  const successor = big(await chain.mark(domain.contract, "successorOf", claimed), 32);
  if (same(successor, ZERO)) throw new Ends("revoked", "record_withdrawn", { at }, "withdrawn");
  throw new Ends("revoked", "record_superseded", { at, entry: shown(successor) }, "superseded");
}

async function restsOn(said, registry, chain) {
  if (!said.permitted) return ["receipt_refused", { reason: said.reason }];
  for (const consent of said.consents) {
    const at = await chain.mark(registry, "revokedAt", consent);
    const values = { at, decided: said.decidedAt };
    if (at) throw new Ends("revoked", said.decidedAt <= at ? "receipt_before" : "receipt_after", values, "revoked");
  }
  return ["receipt_permitted", { reason: said.reason, count: said.consents.length }];
}

async function window_({ kind, said }, chain) {
  if (kind !== "Consent" && kind !== "Delegation") return ["window_none"];
  const now = await chain.time(), windows = said.grants ?? [said];
  if (windows.every((one) => one.expires <= now)) throw new Ends("expired", "window_over");
  return windows.every((one) => one.notBefore > now) ? ["window_future"] : ["window_open"];
}

/** Everything checks 7 to 9 will ask, so that it can be asked for many documents in one request. */
export function questions(document) {
  const { kind, said, claimed, registries } = document, found = [];
  for (const part of document.parts) {
    for (const registry of part.registries.values()) found.push([registry, ""]);
    if (part.checkpoint) found.push(view(part.domain.contract, "checkpointOf", shown(part.checkpoint.root).slice(2)));
  }
  const revoked = (entry) => view(registries.get("consents"), "revokedAt", shown(entry).slice(2));
  if (kind === "Consent" || kind === "Delegation") found.push(...document.parts.map((part) => revoked(part.claimed)));
  if (kind === "Issue") found.push(view(document.domain.contract, "withdrawnAt", shown(claimed).slice(2)));
  if (kind === "AccessReceipt" && said.permitted) found.push(...said.consents.map(revoked));
  return found;
}
