// Checks 7 to 10, which ask the chain.
import { bigEndian, checksum, concat, equal, hex, prefixedHex, sha256 } from "./bytes.js";
import { callTo } from "./chain.js";
import { checkpointOf, Failure, requireRegistries } from "./failure.js";
import { isOnPaper } from "./offline.js";

/** @import { Call, Snapshot } from "./chain.js" */
/** @import { Attached, Document, Finding } from "./documents" */
/** @import { AccessReceipt, Revocation } from "./statements" */
/** @typedef {[role: string, signer: string, time: bigint]} Accreditation */
const ZERO = new Uint8Array(32);
const ADDRESS = 20;

/** The address of a registry that every document names. @type {(document: Document, name: string) => string} */
const registryOf = ({ registries }, name) => /** @type {string} */ (registries.get(name));

/** (7) The contracts exist on the chain and hold the checkpoints. @type {(document: Document, chain: Snapshot) => Promise<Finding>} */
export async function checkAnchoring(document, chain) {
  for (const part of document.parts) {
    const { contract } = part.domain, { size, root } = checkpointOf(part);
    if (part.registries.get(part.log) !== contract) throw new Failure("invalid", "registry_other");
    await requireRegistries(part, chain);
    const stored = (await chain.checkpoint(contract, root)).size;
    if (stored === 0n) throw new Failure("unknown", "checkpoint_unknown");
    if (stored !== size) throw new Failure("invalid", "checkpoint_size", { known: stored, size });
  }
  return ["anchored", { contract: document.domain.contract, chain: document.domain.chainId }];
}

/**
 * The accreditation that the signer needs; undefined for a person who signs for themselves.
 * @type {(part: Document) => Accreditation | undefined}
 */
function accreditationOf({ kind, statement, recovered, delegation }) {
  switch (kind) {
    case "AccessReceipt": return ["operator", accountOf(recovered ?? ZERO), statement.decidedAt];
    case "Issue": return ["holder", statement.holder, statement.issuedAt];
    case "Incident": case "IncidentExtension": return ["responder", statement.responder, statement.notBefore];
    case "Delegation":
      if (equal(statement.delegator, statement.dataSubject)) return undefined;
      return [isOnPaper(statement) ? "witness" : "authority", accountOf(statement.delegator), statement.signedAt];
    case "Consent": case "Revocation":
      return delegation && isOnPaper(delegation.statement) ? ["witness", accountOf(statement.signer), statement.signedAt] : undefined;
    default: return undefined;
  }
}

/**
 * The address of a signer; the zero address for a signer that is none and so cannot be accredited.
 * @type {(signer: Uint8Array) => string}
 */
const accountOf = (signer) => checksum(signer.length === ADDRESS ? signer : new Uint8Array(ADDRESS));

/** (8) Whoever signed for an organisation was accredited. @type {(document: Document, chain: Snapshot) => Promise<Finding>} */
export async function checkAccreditation(document, chain) {
  /** @type {Finding[]} */
  const findings = [];
  for (const part of document.parts) {
    const accreditation = accreditationOf(part);
    if (accreditation) findings.push(await checkRole(part, accreditation, chain));
  }
  return findings[0] ?? ["no_accreditation"];
}

/** @type {(part: Document, accreditation: Accreditation, chain: Snapshot) => Promise<Finding>} */
async function checkRole(part, [role, signer, signedAt], chain) {
  const party = await chain.party(registryOf(part, "parties"), signer);
  const { time } = await chain.checkpoint(part.domain.contract, checkpointOf(part).root);
  const accredited = [signedAt, time].some((moment) => party.start <= moment && moment < party.end);
  if (!party.roles.includes(role) || !accredited) throw new Failure("invalid", "not_accredited", { signer, role });
  return ["accredited", { signer, role }];
}

/** (9) Nothing that the document rests on is withdrawn on the chain. @type {(document: Document, chain: Snapshot) => Promise<Finding>} */
export async function checkRevocation(document, chain) {
  const consents = registryOf(document, "consents");
  switch (document.kind) {
    case "AccessReceipt": return checkConsents(document, document.statement, chain);
    case "Issue": return checkRecord(document, chain);
    case "Consent": await requireUnrevoked(document, consents, chain); return ["consent_stands"];
    case "Delegation": await requireUnrevoked(document, consents, chain); return ["delegation_stands"];
    case "Revocation": {
      const at = await chain.mark(consents, "revokedAt", ...endedBy(document.statement));
      return at ? ["revocation_marked", { at }] : ["revocation_logged"];
    }
    default: return ["nothing_to_withdraw"];
  }
}

/** @type {(document: Document, consents: string, chain: Snapshot) => Promise<void>} */
async function requireUnrevoked(document, consents, chain) {
  for (const part of document.parts) {
    const at = await chain.mark(consents, "revokedAt", part.digest, part.lock);
    if (at) throw new Failure("revoked", part.kind === "Consent" ? "consent_revoked" : "delegation_revoked", { at });
  }
}

/** @type {(document: Document, chain: Snapshot) => Promise<Finding>} */
async function checkRecord({ domain, digest }, chain) {
  const at = await chain.mark(domain.contract, "withdrawnAt", digest);
  if (!at) return ["record_stands"];
  const successor = bigEndian(await chain.mark(domain.contract, "successorOf", digest), 32);
  if (equal(successor, ZERO)) throw new Failure("revoked", "record_withdrawn", { at }, "withdrawn");
  throw new Failure("revoked", "record_superseded", { at, entry: prefixedHex(successor) }, "superseded");
}

/** The entry of the consent that a revocation ends, and the lock that its secret opens. @type {(revocation: Revocation) => Uint8Array[]} */
const endedBy = ({ consent, secret }) => [consent, equal(secret, ZERO) ? ZERO : sha256(secret)];
/**
 * Entry and lock of each consent that a receipt names, which check 6 compared. An older document has no locks.
 * @type {(attached: Attached, receipt: AccessReceipt) => Uint8Array[][]}
 */
const consentsNamed = ({ consents }, receipt) => consents?.map(({ entry, lock }) => [entry, lock]) ?? receipt.consents.map((entry) => [entry, ZERO]);

/** @type {(document: Document, receipt: AccessReceipt, chain: Snapshot) => Promise<Finding>} */
async function checkConsents(document, receipt, chain) {
  if (!receipt.permitted) return ["receipt_refused", { reason: receipt.reason }];
  /** @type {bigint[]} */
  const ends = [];
  for (const consent of consentsNamed(document, receipt)) {
    const at = await chain.mark(registryOf(document, "consents"), "revokedAt", ...consent);
    if (at) ends.push(at);
  }
  if (ends.length) endReceipt(ends.reduce((one, other) => (other < one ? other : one)), receipt.decidedAt);
  const code = receipt.consents.length && !document.consents ? "receipt_permitted_older" : "receipt_permitted";
  return [code, { reason: receipt.reason, count: receipt.consents.length }];
}

/** Throw whether the access came before the first of its consents ended. @type {(at: bigint, decided: bigint) => never} */
function endReceipt(at, decided) {
  if (decided <= at) throw new Failure("revoked", "receipt_before", { at, decided }, "permitted_then");
  throw new Failure("revoked", "receipt_after", { at, decided });
}

/** (10) The period of validity is open. @type {(document: Document, chain: Snapshot) => Promise<Finding>} */
export async function checkPeriod({ kind, statement }, chain) {
  if (kind !== "Consent" && kind !== "Delegation") return ["window_none"];
  const now = await chain.time(), periods = kind === "Consent" ? statement.grants : [statement];
  if (periods.every((period) => period.expires <= now)) throw new Failure("expired", "window_over");
  return periods.every((period) => period.notBefore > now) ? ["window_future"] : ["window_open"];
}

/** The contract calls of checks 7 to 9, so that those of many documents fit in one request. @type {(document: Document) => Call[]} */
export function callsOf(document) {
  const { kind, statement } = document;
  /** @type {Call[]} */
  const calls = [];
  for (const part of document.parts) {
    for (const registry of part.registries.values()) calls.push([registry, ""]);
    if (part.checkpoint) calls.push(callTo(part.domain.contract, "checkpointOf", hex(part.checkpoint.root)));
  }
  const revokedAt = (/** @type {Uint8Array[]} */ names) => callTo(registryOf(document, "consents"), "revokedAt", hex(concat(...names)));
  if (kind === "Consent" || kind === "Delegation") calls.push(...document.parts.map(({ digest, lock }) => revokedAt([digest, lock])));
  if (kind === "Issue") calls.push(callTo(document.domain.contract, "withdrawnAt", hex(document.digest)));
  if (kind === "Revocation") calls.push(revokedAt(endedBy(statement)));
  if (kind === "AccessReceipt" && statement.permitted) calls.push(...consentsNamed(document, statement).map(revokedAt));
  return calls;
}
