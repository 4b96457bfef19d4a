// The commitment of an entry, out of the entry bundles of a log (C2SP tlog-tiles). It shows nothing of the statement.
import { getBytes, Malformed } from "./answers.js";

const WIDTH = 256, LENGTH = 2, HASH = 32;

/** The path of the bundle that has a position, in a log of `size` leaves. @type {(log: string, position: number, size: number) => string} */
export function bundlePath(log, position, size) {
  const index = Math.floor(position / WIDTH), count = Math.min(WIDTH, size - index * WIDTH);
  const groups = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0").match(/.{3}/g) ?? [];
  const place = groups.map((digits, number) => (number < groups.length - 1 ? `x${digits}` : digits)).join("/");
  return `/log/${log}/tile/entries/${place}${count === WIDTH ? "" : `.p/${count}`}`;
}

/** The 32-byte commitment at a position, in a log of `size` leaves. Throws Unanswered, Malformed. @type {(log: string, position: number, size: number) => Promise<Uint8Array>} */
export async function commitmentAt(log, position, size) {
  await getBytes(`/log/${log}/checkpoint`); // bundles reach up to the newest checkpoint, which is made when it is asked for
  const bundle = await getBytes(bundlePath(log, position, size)), start = (position % WIDTH) * (LENGTH + HASH);
  const commitment = bundle.subarray(start + LENGTH, start + LENGTH + HASH);
  if (commitment.length !== HASH || bundle[start] !== 0 || bundle[start + 1] !== HASH) throw new Malformed("entries");
  return commitment;
}
