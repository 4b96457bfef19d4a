// Live updates of the pages of the person who signed in.
import { useLive } from "../kit/live.js";
import { chosenWard } from "./acting.js";

/**
 * Read again when a list of the person changed. A page that acts for somebody else does not: the stream is about who signed
 * in, and each reading for another leaves a line in that person's timeline.
 * @type {(lists: string, read: () => unknown) => void}
 */
export const useOwnLists = (lists, read) => useLive(chosenWard() ? "" : lists, read);
