// What a share link can show, and the parts of one. Without elements.

/** The categories of which a summary shows something; as in formats/ips/sections.py. */
export const SHARED = [
  "health.allergy", "health.condition", "health.device", "health.identity", "health.immunization", "health.lab", "health.medication", "health.other", "health.procedure", "health.report", "health.vitals",
];
/** Everything that a summary can show. */
export const ALL = "health";
const PASSCODE_DIGITS = 6, SCHEME = "shlink:/";

/** Those of `SHARED` in which the person has records. @type {(records: { category: string, status: string }[]) => string[]} */
export const categoriesToShare = (records) =>
  SHARED.filter((shared) => records.some(({ category, status }) => status !== "erased" && (category === shared || category.startsWith(`${shared}.`))));

/** A random passcode of six digits. @type {() => string} */
export function suggestedPasscode() {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  return String(number % 10 ** PASSCODE_DIGITS).padStart(PASSCODE_DIGITS, "0");
}

/** The key (0x-hex) in a link; null for a text that is no link. It is never put into an address of ours. @type {(link: string) => string | null} */
export function keyIn(link) {
  const start = link.lastIndexOf(SCHEME);
  try {
    const { key } = JSON.parse(new TextDecoder().decode(bytesIn(link.slice(start + SCHEME.length).trim()))), raw = bytesIn(key);
    return start >= 0 && raw.length === 32 ? `0x${[...raw].map((byte) => byte.toString(16).padStart(2, "0")).join("")}` : null;
  } catch {
    return null;
  }
}

/** @type {(base64url: string) => Uint8Array} */
const bytesIn = (base64url) => Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
