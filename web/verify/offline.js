// Checks 4 to 6, which need only the file.
import { equal, fromHex, hex, prefixedHex, sha256, utf8 } from "./bytes.js";
import { contentAgrees, disclosedFields } from "./commitment.js";
import { checkpointOf, Failure } from "./failure.js";
import { leafHash, rootFrom } from "./merkle.js";

/** @import { Attached, Content, Disclosure, Document, Finding } from "./documents" */
/** @import { AccessReceipt, Consent, Delegation, Domain, Erasure, Revocation } from "./statements" */
const ZERO = new Uint8Array(32);

/** (4) Entry and lock follow from statement, signature and salt. @type {(document: Document) => Finding} */
export function checkEntry(document) {
  for (const part of document.parts) {
    if (!equal(part.entry, part.claimed)) throw new Failure("invalid", "entry_wrong");
    const signed = "lock" in part.statement ? part.statement.lock : ZERO;
    if (!equal(part.lock, signed)) throw new Failure("invalid", "lock_wrong");
  }
  return ["entry", { entry: prefixedHex(document.claimed) }];
}

/** (5) Every part is in the tree of its checkpoint. @type {(document: Document) => Finding} */
export function checkInclusion(document) {
  for (const part of document.parts) {
    const { position, inclusion } = part, checkpoint = checkpointOf(part);
    const root = rootFrom(leafHash(part.entry), position, checkpoint.size, inclusion);
    if (!root || !equal(root, checkpoint.root)) throw new Failure("invalid", "not_included", { position });
  }
  return ["included", { position: document.position, size: checkpointOf(document).size }];
}

/** (6) What is attached agrees with the statement and entitles its signer. @type {(document: Document) => Finding} */
export function checkAttached(document) {
  switch (document.kind) {
    case "Issue": return checkContent(document, document.statement.commitment);
    case "Erasure": return checkErasure(document, document.statement);
    case "AccessReceipt": return checkConsents(document, document.statement);
    case "Consent": return checkDelegate(document, document.statement, checkNotice(document, document.statement));
    case "Revocation": return checkDelegate(document, document.statement, ["nothing_attached"]);
    case "Delegation":
      if (!isNamedRightly(document.statement)) throw new Failure("invalid", "delegation_by_other");
  }
  return ["nothing_attached"];
}

/** @type {(attached: Attached, consent: Consent) => Finding} */
function checkNotice({ notice }, consent) {
  if (!notice) return ["nothing_attached"];
  const agrees = equal(sha256(utf8.encode(notice.text)), consent.noticeHash) && notice.language === consent.noticeLanguage;
  if (!agrees) throw new Failure("invalid", "notice_wrong");
  return ["notice_agrees"];
}

/** @type {(attached: Attached, receipt: AccessReceipt) => Finding} */
function checkConsents({ consents }, receipt) {
  if (!consents) return ["nothing_attached"];
  const agrees = consents.length === receipt.consents.length && consents.every(({ entry }, index) => equal(entry, receipt.consents[index]));
  if (!agrees) throw new Failure("invalid", "consents_wrong");
  return ["consents_agree", { count: consents.length }];
}

/** @type {(attached: { content?: Content, disclosure?: Disclosure }, commitment: Uint8Array) => Finding} */
function checkContent({ content, disclosure }, commitment) {
  if (content) {
    if (content.separate) throw new Failure("unknown", "content_missing");
    if (!contentAgrees(content, commitment)) throw new Failure("invalid", "content_wrong");
    return ["content_agrees", { bytes: content.raw.length }];
  }
  if (!disclosure) return ["nothing_attached"];
  const fields = disclosedFields(disclosure, commitment);
  if (!fields) throw new Failure("invalid", "fields_wrong");
  return ["fields_agree", { count: fields.size }];
}

const PAPER = "paper:0x";
/** True for a consent on paper: two witnesses attest it. @type {(delegation: Delegation) => boolean} */
export const isOnPaper = (delegation) => delegation.relation.startsWith(PAPER);
/** @type {(delegation: Delegation) => boolean} */
const isNamedRightly = (delegation) => equal(delegation.delegator, delegation.dataSubject) || delegation.relation === "guardian" || isOnPaper(delegation);
/** @type {(granted: string, category: string) => boolean} */
const covers = (granted, category) => granted === "*" || granted === category || category.startsWith(granted + ".");
/** @type {(a: Domain, b: Domain) => boolean} */
const isSameDomain = (a, b) => a.chainId === b.chainId && a.contract === b.contract;

/**
 * A delegate who signed was named before, for that time and for every category of the statement.
 * @type {(document: Document, statement: Consent | Revocation, otherwise: Finding) => Finding}
 */
function checkDelegate({ delegation, domain, position, digest }, statement, otherwise) {
  if (equal(statement.signer, statement.dataSubject)) return otherwise;
  if (!delegation) throw new Failure("unknown", "delegation_missing");
  const terms = delegation.statement;
  const matches = equal(terms.dataSubject, statement.dataSubject) && equal(terms.delegate, statement.signer);
  if (!matches || !isSameDomain(delegation.domain, domain)) throw new Failure("invalid", "delegation_other");
  if (!isNamedRightly(terms)) throw new Failure("invalid", "delegation_by_other");
  if (isOnPaper(terms) && terms.relation !== PAPER + hex(digest)) throw new Failure("invalid", "paper_other");
  const open = terms.notBefore <= statement.signedAt && statement.signedAt < terms.expires;
  if (delegation.position >= position || !open) throw new Failure("invalid", "delegation_closed");
  const categories = "grants" in statement ? statement.grants.flatMap((grant) => grant.categories) : [];
  const covered = categories.every((category) => terms.categories.some((granted) => covers(granted, category)));
  if (!covered) throw new Failure("invalid", "delegation_narrower");
  return [isOnPaper(terms) ? "on_paper" : "delegated", { name: terms.delegateName, position: delegation.position }];
}

/** @type {(document: Document, erasure: Erasure) => Finding} */
function checkErasure({ issue, domain, position }, erasure) {
  if (!issue) throw new Failure("unknown", "erased_missing");
  const record = issue.statement;
  const isSameRecord = equal(record.recordId, erasure.recordId) && record.cid === erasure.cid;
  if (!isSameRecord || !isSameDomain(issue.domain, domain)) throw new Failure("invalid", "erased_other");
  if (issue.position >= position || record.issuedAt > erasure.erasedAt) throw new Failure("invalid", "erased_younger");
  const entitled = [record.dataSubject, fromHex(record.holder.slice(2))].some((signer) => equal(signer, erasure.signer));
  if (!entitled) throw new Failure("invalid", "erased_by_other");
  return ["erased_older", { position: issue.position }];
}
