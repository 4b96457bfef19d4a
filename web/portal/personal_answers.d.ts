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
