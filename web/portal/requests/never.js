// Standing wishes that refuse requests of a kind without asking.
import { call, get } from "../api.js";

/** @import { Wish } from "../answers" */
/** @type {(one: Wish, other: Wish) => boolean} */
const isSame = (one, other) => one.kind === other.kind && one.purpose === other.purpose && one.category === other.category;

/** Add wishes to those that are set; a wish that is set already stays once. @type {(added: Wish[]) => Promise<void>} */
export async function addWishes(added) {
  const { wishes, validity } = await get("/me/wishes");
  await call("PUT", "/me/wishes", { wishes: [...wishes, ...added.filter((one) => !wishes.some((set) => isSame(set, one)))], validity });
}
