// A download in pieces, so that the page can say how far it is.
import { Refused } from "../api.js";

/**
 * The whole answer as a file; `onSize` gets the bytes that came so far. Throws Refused, and TypeError if it broke off.
 * @type {(path: string, signal: AbortSignal, onSize: (bytes: number) => void) => Promise<Blob>}
 */
export async function download(path, signal, onSize) {
  const response = await fetch(path, { signal });
  if (!response.ok || !response.body) throw new Refused(response.status, await response.json().catch(() => ({})));
  const pieces = [], reader = response.body.getReader();
  for (let size = 0, piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    onSize((size += piece.value.length));
  }
  return new Blob(pieces, { type: "application/zip" });
}
