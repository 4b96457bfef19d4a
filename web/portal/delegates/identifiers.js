// The identifier of an account (its signer bytes), as people pass it on: as text, or in a QR code that opens a page here.
import { hex, sha256, utf8 } from "../bytes.js";

/** Bytes of an account's address, and of a passkey's key with its verifier. */
const SIZES = [20, 84];
const CODE_DIGITS = 6;

/** The identifier (0x-hex, lower case) in a text or a link; null where there is none. @type {(text: string) => string | null} */
export function identifierIn(text) {
  const [found] = /0x[0-9a-fA-F]+/.exec(text.trim()) ?? [];
  return found && SIZES.includes((found.length - 2) / 2) ? found.toLowerCase() : null;
}

/**
 * An address of a page here with an identifier behind `#`: browsers send that part to nobody, and the page removes it at once.
 * @type {(path: string, identifier: string) => string}
 */
export const linkTo = (path, identifier) => `${location.origin}${path}#${identifier}`;

/** The identifier behind `#` of the page's address, which is removed there; empty without one. @type {() => string} */
export function takeIdentifier() {
  const identifier = identifierIn(location.hash);
  if (location.hash) history.replaceState(history.state, "", location.pathname);
  return identifier ?? "";
}

/** Six digits that two people, or two devices, compare. @type {(identifier: string) => Promise<string>} */
export async function checkCode(identifier) {
  const digest = hex(await sha256(utf8(`mydata check code\n${identifier}`)));
  const digits = String(BigInt(digest) % 10n ** BigInt(CODE_DIGITS)).padStart(CODE_DIGITS, "0");
  return `${digits.slice(0, 3)} ${digits.slice(3)}`;
}

/** True if a typed code is that of the identifier; spaces do not count. @type {(code: string, identifier: string) => Promise<boolean>} */
export const isCheckCode = async (code, identifier) => code.replace(/\D/g, "") === (await checkCode(identifier)).replace(" ", "");
