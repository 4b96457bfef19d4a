// What the HTTP API answers, as far as the portal reads it, and the two kinds of account that sign.

/** A whole number of the API; one beyond 2^53 - 1 is a decimal string, because JSON.parse would round it. */
export type Whole = number | string;

export interface Grant {
  effect: "permit" | "forbid";
  categories: string[];
  purposes: string[];
  actions: string[];
  notBefore: Whole;
  expires: Whole;
  dataFrom: Whole;
  dataUntil: Whole;
  records: string[];
  conditions: string[];
}

export interface ConsentMessage {
  dataSubject: string;
  signer: string;
  grantee: string;
  granteeName: string;
  version: Whole;
  previous: string;
  grants: Grant[];
  noticeHash: string;
  noticeLanguage: string;
  signedAt: Whole;
  lock: string;
}

export interface RevocationMessage {
  dataSubject: string;
  signer: string;
  grantee: string;
  granteeName: string;
  version: Whole;
  consent: string;
  secret: string;
  signedAt: Whole;
}

export interface Domain {
  name: string;
  version: string;
  chainId: Whole;
  verifyingContract: string;
}

export interface Notice {
  hash: string;
  name: string;
  version: number;
  language: string;
  text: string;
  outdated: boolean;
}

export interface Draft<Message = ConsentMessage | RevocationMessage> {
  typed_data: { primaryType: string; message: Message; domain: Domain };
  digest: string;
  notice: Notice | null;
  summary: string[];
  changes: string[];
}

/** A signed statement in the form that the API takes. */
export interface SignedForm {
  message: object;
  domain: Domain;
  signature: string;
}

export interface Consent {
  entry: string;
  grantee: string;
  grantee_name: string;
  version: number;
  status: "active" | "pending" | "expired" | "revoked" | "superseded";
  grants: Grant[];
  signed_at: number;
  signed_by: { name: string; relation: string; on_paper: boolean } | null;
}

/** The person's own copy of a consent. */
export interface ConsentCopy {
  lock: string;
  message: ConsentMessage;
}

export interface Ended {
  kind: "link" | "export" | "session" | "consent" | "wrapped_key";
  reference: string;
  holder: string;
  holder_name: string;
  /** Of a handed key. */
  record: { category: string; issuer: string; issuer_name: string; issued_at: number; data_from: Whole } | null;
}

export interface ConsentRequest {
  request_id: string;
  requester: string;
  requester_name: string;
  grants: Grant[];
  benefit: string;
  reference: string;
  asked_at: number;
  answer_by: number;
  state: "requested" | "granted" | "granted_narrower" | "refused" | "withdrawn" | "expired";
  /** The entry of the consent that answered it. */
  consent: string;
  data_subject: string;
  answered_at: number;
  by_standing_wish: boolean;
  by_question: boolean;
  by_offer: boolean;
  benefit_ko: string;
}

/** `event` is one of ledger/message.py. */
export interface Message {
  message_id: string;
  event:
    | "consent.asked" | "consent.granted" | "consent.withdrawn" | "consent.expiring" | "data.used" | "data.broke_glass"
    | "data.emergency_extended"
    | "delegation.named" | "study.results" | "link.opened" | "link.made" | "link.passcode_wrong"
    | "export.made" | "transfer.asked" | "transfer.ended"
    | "binding.made" | "binding.ended" | "binding.disputed" | "record.withdrawn" | "record.reissued"
    | "copies.expiring" | "copies.to_delete" | "retention.ended" | "contact.sent";
  subject: string;
  at: number;
  detail: Record<string, string>;
  /** Of `contact.sent`: the text, and the entries of the consents that permitted it. */
  text: string;
  consents: string[];
}

/** A declared emergency and what the reviewers found. */
export interface Review {
  review_id: string;
  state: "waiting" | "justified" | "unjustified";
  said: { reason: string };
  verdict: { reason?: string };
}

/** A line of the timeline that the person said was not right; `review_id` is the entry of the line. */
export interface Complaint {
  review_id: string;
  state: "waiting" | "upheld" | "dismissed";
  due: number;
  verdict: { reason?: string };
}

export interface AccessReceipt {
  requester: string;
  recordId: string;
  /** The entries of the consents that determined the answer. */
  consents: string[];
  category: string;
  purpose: string;
  action: string;
  permitted: boolean;
  reason: string;
}

export interface Incident {
  incidentNumber: string;
  reason: string;
  expires: Whole;
}

export interface IncidentExtension {
  reason: string;
  until: Whole;
}

interface AccessOf<Kind, Statement> {
  kind: Kind;
  position: number;
  accepted_at: number;
  block: number | null;
  document: { kind: string; message: Statement; entry: string };
  requester: string;
  requester_name: string;
  permitted: boolean | null;
  text: string;
  derived: boolean;
  declared_by: "" | "holder" | "self";
  on_paper: string[];
  /** The person's own question, or somebody who acts for them seeing what they see. */
  own: boolean;
  /** The reader's signed acknowledgement. */
  opened: object | null;
}

export type Access = AccessOf<"AccessReceipt", AccessReceipt> | AccessOf<"Incident", Incident> | AccessOf<"IncidentExtension", IncidentExtension>;

export interface Wish {
  kind: "tell" | "ask" | "never";
  purpose: string;
  category: string;
  topics: string[];
}

export interface Wishes {
  wishes: Wish[];
  validity: Record<string, number>;
}

/** A person for whom the caller acts. */
export interface Ward {
  person: string;
  relation: string;
  categories: string[];
  expires: Whole;
}

/** A record in a list, without its content, with its id. */
export type OwnRecord = RecordView;

/** An accredited organisation; times are 0 where open. */
export interface Party {
  account: string;
  name: string;
  names: { en: string; ko: string };
  roles: string[];
  encryption_key: string;
  valid_from: Whole;
  valid_until: Whole;
  accredited: boolean;
  registry: string;
  /** What the party says about itself; nobody has checked it. */
  stated: { contact: string; registration: string; homepage: string; name_en: string; name_ko: string } | null;
}

/** What a party had to do with the person. */
export interface Relation {
  asked: { total: number; complete: boolean };
  reads: { permitted: number; refused: number; last_at: number; complete: boolean };
}

/** A record in a list, without its content. */
export interface RecordView {
  record_id: string;
  /** Its place in the log of records. */
  position: number;
  /** Records of the same person with equal content. */
  same_as: { record_id: string; holder: string }[];
  category: string;
  holder: string;
  data_from: Whole;
  data_until: Whole;
  issued_at: number;
  status: "anchored" | "pending" | "superseded" | "erased";
  declared_by: "holder" | "self";
}

/** A record that was released to the person: sealed, with its key wrapped for the reader key of the page. */
export interface Release {
  sealed: string | null;
  wrapped_key: string;
  receipt: { position: number };
  issue: Record<string, unknown>;
}

/** A party that may read a record now. */
export interface Reader {
  account: string;
  name: string;
}

export type Terms = Record<string, { label: string; label_ko: string; above: string }>;

export interface Vocabulary {
  categories: Terms;
  purposes: Terms;
  /** What records of a category may reveal, by kind. */
  sensitivity: { kinds: Record<string, { label: string; label_ko: string }>; categories: Record<string, string[]> };
  /** The categories that an emergency reaches without consent, since a second (UTC); before it, every category. */
  emergency: { urgent: string[]; further: string[]; since: number };
}

export type StatementKind = "Consent" | "Revocation" | "Erasure" | "Delegation" | "Issue" | "Incident" | "IncidentExtension";

/** What is signed: a statement as typed data. Its digest is compared where the server sends one. */
export interface Signable {
  typed_data: { primaryType: string; message: object; domain: Domain };
  digest?: string;
}

/** What signs for the person: a wallet or a passkey. */
export interface Account {
  kind: "wallet" | "passkey";
  /** Of a wallet: what sends its transactions. */
  provider?: NonNullable<Window["ethereum"]>;
  /** True if the account derives the withdrawal secret of a consent again. */
  derives: boolean;
  name: string;
  /** The signer bytes of statements, 0x-hex. */
  signer: string;
  /** The 0x address that receipts name. */
  readonly address: string;
  /** With a reader key, what the session opens is sealed for it. */
  signIn(readerKey?: string): Promise<void>;
  /** Throws unless the draft is a statement of this kind that the account may sign. */
  check(kind: StatementKind, draft: Signable): Promise<unknown>;
  /** Throws if the account cannot sign for this chain now. */
  checkChain(domain: Domain): Promise<void>;
  sign(kind: StatementKind, draft: Signable): Promise<SignedForm>;
  /** The signature of a text (EIP-191), which is never that of a statement. */
  signText(text: string): Promise<string>;
  /** The secret that withdraws a version of the consent to a grantee on the chain. */
  secret(grantee: string, version: Whole): Promise<Bytes>;
}

/** The page of a service, with the roles that it is for. */
export interface ServicePage {
  name: string;
  path: string;
  roles: string[];
  names: { en: string; ko: string };
}
