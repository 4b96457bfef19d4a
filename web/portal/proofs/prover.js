// The part of the portal that checks proofs and opens records, loaded when it is first needed.

/** @typedef {typeof import("../../proof.js")} Prover */
const ADDRESS = "/web/built/proof.js";

/** The functions of that part. Throws TypeError if the server does not give it. @type {() => Promise<Prover>} */
export const loadProver = () => import(ADDRESS);
