// The door, as this page speaks to it. The session lives in memory: closing the page ends it here.
let token = "";
const TAG = "\u0000whole:"; // numbers beyond 2^53 keep every digit: they are part of what is signed

const whole = (text) => text.replace(/"(?:[^"\\]|\\.)*"|\d{16,}/g, (part) => (part[0] === '"' ? part : JSON.stringify(TAG + part)));
export const read = (text) =>
  JSON.parse(whole(text), (_, value) => (typeof value === "string" && value.startsWith(TAG) ? BigInt(value.slice(TAG.length)) : value));
export const write = (value) =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? TAG + part : part))?.replace(/"\\u0000whole:(\d+)"/g, "$1");

export class Refused extends Error {
  constructor(status, { error, detail }) {
    super(detail || error || String(status));
    Object.assign(this, { status, code: error });
  }
}

export async function call(method, path, body) {
  const headers = { accept: "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && write(body) });
  const said = answer.status === 204 ? null : read((await answer.text()) || "{}");
  if (!answer.ok) throw new Refused(answer.status, said ?? {});
  return said;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);

export async function openSession(form) {
  ({ token } = await post("/sessions", form));
}

export async function signOut() {
  try {
    await call("DELETE", "/sessions");
  } finally {
    token = "";
  }
}

/** Every page of a list whose items are named by `idOf`, oldest first. */
export async function pages(path, idOf, size, most = 2000) {
  const all = [];
  for (let after = ""; all.length < most; ) {
    const page = await get(`${path}?after=${after}`);
    all.push(...page);
    if (page.length < size) break;
    after = idOf(page.at(-1));
  }
  return all;
}
