// What the public pages ask the server, and how they read it: nothing but public routes, without a session.

/** The server refused, or did not answer. */
export class Unanswered extends Error {}

/** A hash, a number or a list is not what it has to be. */
export class Malformed extends Error {}

/** The answer to a GET request; `missing` for what the server does not have. Throws Unanswered. @type {(path: string, missing?: unknown) => Promise<any>} */
export async function get(path, missing) {
  const response = await send(path, "application/json");
  if (response.status === 404 && missing !== undefined) return missing;
  return response.json().catch(() => {
    throw new Malformed(path);
  });
}

/** The bytes of the answer to a GET request. Throws Unanswered. @type {(path: string) => Promise<Uint8Array>} */
export async function getBytes(path) {
  const response = await send(path, "*/*");
  if (!response.ok) throw new Unanswered(path);
  return new Uint8Array(await response.arrayBuffer());
}

/** @type {(path: string, accept: string) => Promise<Response>} */
async function send(path, accept) {
  const response = await fetch(path, { headers: { accept, "accept-language": document.documentElement.lang } }).catch(() => {
    throw new Unanswered(path);
  });
  if (response.ok || response.status === 404) return response;
  const { message, detail, error } = await response.json().catch(() => ({}));
  throw new Unanswered(message ?? detail ?? error ?? path);
}

/** The address of a public page in the language of this one. @type {(path: string) => string} */
export const pageOf = (path) => `${path}?language=${document.documentElement.lang}`;

/** The bytes of a 32-byte hash in hex. Throws Malformed. @type {(value: unknown) => Uint8Array} */
export function hashOf(value) {
  if (typeof value !== "string" || !/^0x[0-9a-f]{64}$/.test(value)) throw new Malformed(String(value));
  return Uint8Array.from(value.slice(2).match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

/** The hashes of a proof. Throws Malformed. @type {(answer: any) => Uint8Array[]} */
export function hashesOf(answer) {
  if (!Array.isArray(answer?.hashes)) throw new Malformed("hashes");
  return answer.hashes.map(hashOf);
}
