// Check 3: the signature of a key, of a contract wallet (ERC-1271, ERC-6492) or of a verifier's key (ERC-7913).
import { checksum, equal, fromHex, prefixedHex } from "./bytes.js";
import { Failure, requireRegistries } from "./failure.js";

/** @import { Snapshot } from "./chain.js" */
/** @import { Document, Finding } from "./documents" */
const WRAPPED = fromHex("6492".repeat(16));
const ADDRESS = 20;

/** @type {(document: Document) => Uint8Array} */
function signerOf({ kind, statement }) {
  switch (kind) {
    case "Consent": case "Revocation": case "Erasure": return statement.signer;
    case "Issue": return fromHex(statement.holder.slice(2));
    case "Delegation": return statement.delegator;
    case "Acknowledgement": return fromHex(statement.reader.slice(2));
    case "Incident": case "IncidentExtension": return fromHex(statement.responder.slice(2));
    default: return new Uint8Array();
  }
}

/** (3) Every part is signed by its named signer. @type {(document: Document, chain: Snapshot) => Promise<Finding>} */
export async function checkSigners(document, chain) {
  const findings = [];
  for (const part of document.parts) findings.push(await checkSigner(part, chain));
  return findings[0];
}

/** @type {(part: Document, chain: Snapshot) => Promise<Finding>} */
async function checkSigner(part, chain) {
  const signer = signerOf(part), { recovered } = part;
  if (part.kind === "AccessReceipt") {
    if (!recovered) throw new Failure("invalid", "signature_broken", { detail: "65 bytes of a key that exists" });
    return ["signed_gateway", { signer: checksum(recovered) }];
  }
  if (recovered && equal(recovered, signer)) return ["signed", { signer: checksum(signer) }];
  if (signer.length < ADDRESS) throw new Failure("invalid", "signed_by_other", { signer: prefixedHex(signer) });
  await requireRegistries(part, chain);
  return signer.length === ADDRESS ? checkWallet(part, checksum(signer), chain) : checkKey(part, signer, chain);
}

/** @type {(part: Document, account: string, chain: Snapshot) => Promise<Finding>} */
async function checkWallet(part, account, chain) {
  const wrapped = part.signature.length >= 32 && equal(part.signature.subarray(-32), WRAPPED);
  if (wrapped && !(await chain.hasCode(account))) throw new Failure("unknown", "wallet_absent", { signer: account });
  const agrees = await chain.walletAgrees(account, part.digest, wrapped ? unwrapped(part.signature) : part.signature);
  if (!agrees) throw new Failure("invalid", "signed_by_other", { signer: account });
  return ["signed_wallet", { signer: account }];
}

/** @type {(part: Document, signer: Uint8Array, chain: Snapshot) => Promise<Finding>} */
async function checkKey(part, signer, chain) {
  const verifier = checksum(signer.subarray(0, ADDRESS));
  const agrees = await chain.verifierAgrees(verifier, signer.subarray(ADDRESS), part.digest, part.signature);
  if (!agrees) throw new Failure("invalid", "signed_by_other", { signer: prefixedHex(signer) });
  return ["signed_key", { signer: verifier }];
}

/** The signature inside an ERC-6492 wrapper; empty if the wrapper is malformed. @type {(signature: Uint8Array) => Uint8Array} */
function unwrapped(signature) {
  const body = signature.subarray(0, -32);
  const wordAt = (/** @type {number} */ offset) => Number(BigInt(prefixedHex(body.subarray(offset, offset + 32)) + "00") >> 8n);
  const start = body.length >= 96 ? wordAt(64) : Infinity;
  const length = start + 32 <= body.length ? wordAt(start) : Infinity;
  return start + 32 + length <= body.length ? body.subarray(start + 32, start + 32 + length) : new Uint8Array();
}
