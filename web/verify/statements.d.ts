// The statements by their EIP-712 members. tests/scripts/test_javascript.py compares them with ledger/typed_data/types.py.

export interface Grant {
  effect: string;
  categories: string[];
  purposes: string[];
  actions: string[];
  notBefore: bigint;
  expires: bigint;
  dataFrom: bigint;
  dataUntil: bigint;
  records: Uint8Array[];
  conditions: string[];
}

export interface Consent {
  dataSubject: Uint8Array;
  signer: Uint8Array;
  grantee: string;
  granteeName: string;
  version: bigint;
  previous: Uint8Array;
  grants: Grant[];
  noticeHash: Uint8Array;
  noticeLanguage: string;
  signedAt: bigint;
  lock: Uint8Array;
}

export interface Revocation {
  dataSubject: Uint8Array;
  signer: Uint8Array;
  grantee: string;
  granteeName: string;
  version: bigint;
  consent: Uint8Array;
  secret: Uint8Array;
  signedAt: bigint;
}

export interface Delegation {
  dataSubject: Uint8Array;
  delegator: Uint8Array;
  delegate: Uint8Array;
  delegateName: string;
  relation: string;
  categories: string[];
  notBefore: bigint;
  expires: bigint;
  proof: Uint8Array;
  signedAt: bigint;
  lock: Uint8Array;
}

export interface Issue {
  recordId: Uint8Array;
  dataSubject: Uint8Array;
  holder: string;
  category: string;
  dataFrom: bigint;
  dataUntil: bigint;
  commitment: Uint8Array;
  cid: string;
  supersedes: Uint8Array;
  issuedAt: bigint;
  lock: Uint8Array;
}

export interface Erasure {
  recordId: Uint8Array;
  signer: Uint8Array;
  cid: string;
  keyId: Uint8Array;
  erasedAt: bigint;
}

export interface AccessReceipt {
  requestId: Uint8Array;
  requester: string;
  dataSubject: Uint8Array;
  recordId: Uint8Array;
  category: string;
  purpose: string;
  action: string;
  justification: Uint8Array;
  permitted: boolean;
  reason: string;
  consents: Uint8Array[];
  consentsSize: bigint;
  recordsSize: bigint;
  block: bigint;
  decidedAt: bigint;
}

export interface Incident {
  responder: string;
  dataSubject: Uint8Array;
  incidentNumber: string;
  reason: string;
  notBefore: bigint;
  expires: bigint;
}

export interface IncidentExtension {
  responder: string;
  dataSubject: Uint8Array;
  incident: Uint8Array;
  reason: string;
  notBefore: bigint;
  until: bigint;
}

export interface Acknowledgement {
  reader: string;
  recordId: Uint8Array;
  receipt: Uint8Array;
  openedAt: bigint;
}

export interface Statements {
  Consent: Consent;
  Revocation: Revocation;
  Delegation: Delegation;
  Issue: Issue;
  Erasure: Erasure;
  AccessReceipt: AccessReceipt;
  Incident: Incident;
  Acknowledgement: Acknowledgement;
  IncidentExtension: IncidentExtension;
}

export type Kind = keyof Statements;

/** A kind with its statement: `kind` tells which statement it is. */
export type OfKind = { [K in Kind]: { kind: K; statement: Statements[K] } }[Kind];

/** The EIP-712 domain that differs from ledger to ledger. */
export interface Domain {
  chainId: bigint;
  contract: string;
}
