// A check that did not hold, and what several checks require.
/** @import { Snapshot } from "./chain.js" */
/** @import { Checkpoint, Code, Document, Result, Standing, Values } from "./documents" */
/** A check that did not hold. */
export class Failure extends Error {
  /** @param {Result} result @param {Code} code @param {Values} [values] @param {Standing} [standing] */
  constructor(result, code, values = {}, standing = result) {
    super(code);
    this.result = result;
    this.code = code;
    this.values = values;
    this.standing = standing;
  }
}

/** The checkpoint of a document. Throws Failure for a document that was not anchored. @type {(document: Document) => Checkpoint} */
export function checkpointOf({ checkpoint }) {
  if (!checkpoint) throw new Failure("unknown", "not_anchored");
  return checkpoint;
}

/**
 * Throw Failure unless the RPC is the document's chain and has its contracts.
 * @type {(part: Document, chain: Snapshot) => Promise<void>}
 */
export async function requireRegistries(part, chain) {
  if ((await chain.chainId()) !== part.domain.chainId) throw new Failure("unknown", "chain_other", { chain: part.domain.chainId });
  for (const contract of part.registries.values()) {
    if (!(await chain.hasCode(contract))) throw new Failure("unknown", "no_contract", { contract });
  }
}
