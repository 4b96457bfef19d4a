// For whom the page acts: the person themselves, or somebody whose guardian or other delegate they are.
import { createStore } from "../kit/store.js";
import { actFor, get } from "./api.js";
import { translate } from "./words.js";

/** @import { Ward } from "./answers" */
/** @import { Word } from "./words.js" */
/** @typedef {{ wards: Ward[], chosen: string }} Acting */
const RELATIONS = /** @type {const} */ (["guardian", "representative", "carer", "attorney", "own-device"]);
const store = createStore(/** @type {Acting} */ ({ wards: [], chosen: "" }));

/** Those for whom the person acts, and the one that is chosen; the component follows them. */
export const useActing = store.use;

/** The person for whom the page acts; undefined: the person who signed in. */
export const chosenWard = () => store.get().wards.find(({ person }) => person === store.get().chosen);

/**
 * Read for whom the person acts. A choice that is over becomes the own one. After sign-in, a second device of the person
 * acts for the person at once.
 * @type {(isFirst?: boolean) => Promise<void>}
 */
export async function loadWards(isFirst = false) {
  /** @type {Ward[]} */
  const wards = [];
  for (let after = -1; after !== null; ) {
    const page = await get(`/me/wards?after=${after}`);
    wards.push(...page.wards);
    after = page.next;
  }
  set(wards, isFirst ? (wards.find(isOwnDevice)?.person ?? "") : store.get().chosen);
}

/** Act for nobody else, and forget for whom that was possible. */
export const forgetWards = () => set([], "");

/** Act for a person (signer bytes) from now on; empty: for oneself. @type {(person: string) => void} */
export const chooseWard = (person) => set(store.get().wards, person);

/** @type {(wards: Ward[], chosen: string) => void} */
function set(wards, chosen) {
  const known = wards.some(({ person }) => person === chosen) ? chosen : "";
  actFor(known);
  store.set({ wards, chosen: known });
}

/** True for the person themselves, if this is their second device. @type {(ward: Ward) => boolean} */
export const isOwnDevice = ({ relation }) => relation === "own-device";

/** A person without a name, by the first and last bytes of the signer. @type {(ward: Ward) => string} */
export const shortOf = ({ person }) => `${person.slice(0, 8)}…${person.slice(-6)}`;

/** What the person is to the one they act for. @type {(ward: Pick<Ward, "relation">) => string} */
export function relationOf({ relation }) {
  const known = RELATIONS.find((name) => name === relation);
  return known ? translate(/** @type {Word} */ (`relation.${known}`)) : relation;
}
