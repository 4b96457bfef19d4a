// What the HTTP API answers about what a person shares, keeps, ends and declares themselves.
import type { Whole } from "./answers";

/** A share link; `name` identifies it and opens nothing. */
export interface LinkView {
  name: string;
  label: string;
  /** L long-term, P passcode, U one file. */
  flag: string;
  made_at: number;
  expires: Whole;
  remaining_attempts: number;
  opened: number;
  /** 0 if it was never opened. */
  last_opened: number;
  size: number;
  live: boolean;
}

/** A record in a list, without its content. */
export interface OwnRecord {
  record_id: string;
  category: string;
  holder: string;
  issued_at: number;
  status: "anchored" | "pending" | "superseded" | "erased";
  declared_by: "holder" | "self";
}

export interface ErasureMessage {
  recordId: string;
  signer: string;
  cid: string;
  keyId: string;
  erasedAt: Whole;
}

/** An erasure and the issue that it ended, each with its proof; `checkpoint` is null until it is on chain. */
export interface Certificate {
  kind: string;
  message: ErasureMessage;
  checkpoint: { size: number; root: string } | null;
  issue: { message: { category: string; holder: string; issuedAt: Whole } };
}

/** Who may sign for the person, of which data, and until when. */
export interface DelegationView {
  entry: string;
  delegate: string;
  delegate_name: string;
  delegator: string;
  relation: string;
  categories: string[];
  not_before: Whole;
  expires: Whole;
  status: "active" | "pending" | "expired" | "revoked" | "superseded";
}

export interface DelegationMessage {
  dataSubject: string;
  delegator: string;
  delegate: string;
  delegateName: string;
  relation: string;
  categories: string[];
  notBefore: Whole;
  expires: Whole;
  proof: string;
  signedAt: Whole;
  lock: string;
}

/** What ended with something else. */
export interface EndedItem {
  kind: string;
}

/** Where messages go besides the page; `secret` signs webhooks and is shown once. */
export interface Subscription {
  subscription_id: string;
  channel: string;
  address: string;
  events: string[];
  secret: string;
}

/** A message on its way to a subscription; `due` is the time of the next attempt, 0 if there is none. */
export interface Delivery {
  delivery_id: string;
  event: string;
  state: "pending" | "delivered" | "dead";
  attempts: number;
  due: number;
  why: string;
}

/** The number by which a holder knows the person. */
export interface Binding {
  binding_id: string;
  holder: string;
  patient_number: string;
  state: "active" | "disputed" | "ended";
  how: "code" | "signature";
  bound_at: number;
  ended_at: number;
  reason: string;
}

/** A transfer that the person asked for, in words. */
export interface TransferView {
  entry: string;
  recipient: string;
  recipient_name: string;
  ends: Whole;
  status: string;
  words: Record<string, string>;
}

/** A day by which what rests on a consent must be deleted. */
export interface Retention {
  deadline_id: string;
  consent: string;
  grantee: string;
  until: Whole;
  state: "planned" | "reminded" | "deleted" | "replaced";
  statement: string;
  signature: string;
  readers: { account: string; name: string; records: string[]; stated_at: Whole }[];
}

/** A fact of the clinical profile; `sources` are places in the list of sources. */
export interface Fact {
  kind: "birth" | "sex" | "condition" | "medication" | "allergy" | "value";
  sources: number[];
  text?: string;
  label?: string;
  code?: string;
  system?: string;
  number?: string;
  unit?: string;
  comparator?: string;
  at_time?: number;
  until?: number;
}

/** The person's clinical profile, sealed for the reader key that was given. */
export interface OwnProfile {
  state: "none" | "building" | "current" | "stale";
  turn_on: { grantee: string; grantee_name: string; categories: string[]; purposes: string[]; actions: string[] };
  record_id: string;
  built_at: number;
  sealed: string;
  wrapped_key: string;
  sources: OwnRecord[];
}
