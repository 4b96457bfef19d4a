// The checks of `mydata verify`, with the same numbers, codes and results. The first check that fails decides. The checks
// that need only the file come before those that ask the chain.
import { checkAccreditation, checkAnchoring, checkPeriod, checkRevocation } from "./anchoring.js";
import { prefixedHex } from "./bytes.js";
import { BadAnswer, NoAnswer } from "./chain.js";
import { Failure } from "./failure.js";
import { checkAttached, checkEntry, checkInclusion } from "./offline.js";
import { checkSigners } from "./signing.js";

/** @import { Snapshot } from "./chain.js" */
/** @import { Document, Finding, Verdict } from "./documents" */

/** The verdict on a value that is no document: check 1 fails. @type {(error: Error) => Verdict} */
export function malformed(error) {
  return { result: "invalid", standing: "invalid", steps: [{ number: 1, code: "malformed", values: { detail: error.message }, held: false }] };
}

/**
 * Run the checks of a parsed document, those up to number `last`.
 * @type {(document: Document, chain: Snapshot, last?: number) => Promise<Verdict>}
 */
export async function examine(document, chain, last = 10) {
  /** @type {Verdict} */
  const verdict = { result: "valid", standing: "valid", steps: [] };
  verdict.steps.push({ number: 1, code: "well_formed", values: { kind: document.kind, log: document.log }, held: true });
  for (const [number, check] of CHECKS) {
    if (number > last || (verdict.result === "unknown" && number > 6)) break;
    try {
      const [code, values = {}] = await check(document, chain);
      verdict.steps.push({ number, code, values, held: true });
    } catch (error) {
      const { result, standing, code, values } = asFailure(error);
      verdict.steps.push({ number, code, values, held: result === "unknown" ? null : false });
      Object.assign(verdict, { result, standing });
      if (result !== "unknown") break;
    }
  }
  return verdict;
}

/** @type {(error: unknown) => Failure} */
function asFailure(error) {
  if (error instanceof Failure) return error;
  if (error instanceof BadAnswer) return new Failure("unknown", "chain_nonsense", { contract: error.contract });
  if (error instanceof NoAnswer) return new Failure("unknown", "chain_silent");
  throw error;
}

/** @type {[number: number, check: (document: Document, chain: Snapshot) => Finding | Promise<Finding>][]} */
const CHECKS = [
  [2, (document) => ["digest", { digest: prefixedHex(document.digest) }]],
  [3, checkSigners],
  [4, checkEntry],
  [5, checkInclusion],
  [6, checkAttached],
  [7, checkAnchoring],
  [8, checkAccreditation],
  [9, checkRevocation],
  [10, checkPeriod],
];
