// A proof document and the result of its checks.
import type { Domain, OfKind } from "./statements";
import type words from "./words.json";

/** A JSON value as json.js reads it. */
export type Json = null | boolean | string | import("./json.js").JsonNumber | Json[] | Map<string, Json>;

export interface Checkpoint {
  size: bigint;
  root: Uint8Array;
}

export interface DisclosedField {
  pointer: string;
  value: string;
  index: bigint;
  salt: Uint8Array;
  proof: Uint8Array[];
}

export interface Disclosure {
  content: Uint8Array;
  size: bigint;
  fields: DisclosedField[];
}

/** A record's content with its commitment seed. `separate`: the content is in a file of its own. */
export type Content = { separate: true; seed: Uint8Array } | { separate?: undefined; json: boolean; seed: Uint8Array; raw: Uint8Array };

/** What a document carries beside its statement. */
export interface Attached {
  notice?: { language: string; text: string };
  content?: Content;
  disclosure?: Disclosure;
  /** Entry and lock of each consent that a receipt names. */
  consents?: { entry: Uint8Array; lock: Uint8Array }[];
  issue?: Document & { kind: "Issue" };
  delegation?: Document & { kind: "Delegation" };
}

/**
 * `digest` is the EIP-712 digest, `claimed` the entry that the document names, `entry` the one that follows from its
 * fields, `recovered` the address whose key signed, `basis` the attached document that entitles the signer, `parts` the
 * document and its basis.
 */
export type Document = OfKind & Attached & {
  log: string;
  domain: Domain;
  digest: Uint8Array;
  signature: Uint8Array;
  lock: Uint8Array;
  claimed: Uint8Array;
  entry: Uint8Array;
  position: bigint;
  checkpoint?: Checkpoint;
  inclusion: Uint8Array[];
  registries: Map<string, string>;
  recovered?: Uint8Array;
  basis?: Document;
  parts: Document[];
};

export type Code = keyof typeof words.said;
export type Values = Record<string, unknown> & { kind?: keyof typeof words.kinds };
/** The code of what a check found, and the values of its sentence. */
export type Finding = [Code, Values?];

/** One check. `held` is null where it could not be decided. */
export interface Step {
  number: number;
  code: Code;
  values: Values;
  held: boolean | null;
}

export type Result = "valid" | "invalid" | "unknown" | "revoked" | "expired";
/** The result in detail: how a revoked document ended. */
export type Standing = keyof typeof words.results;

export interface Verdict {
  result: Result;
  standing: Standing;
  steps: Step[];
}
