// The start of the page and the ways to sign in: a passkey that this browser remembers, another, a new one, or a wallet.
import { create, find, remember, remembered } from "./passkey.js";
import { byId } from "./view.js";
import { connect } from "./wallet.js";
import { translate } from "./words.js";

/** @import { Account } from "./answers" */
const nameField = /** @type {HTMLInputElement} */ (byId("passkey-name"));

/** The account that a button signs in with, by the button's id. @type {Record<string, () => Promise<Account>>} */
export const signInMethods = {
  "passkey-in": () => find(),
  "passkey-other": () => find(null),
  "passkey-new": () => create(nameField.value.trim() || translate("myData")),
  "sign-in": connect,
};

/** Show the ways to sign in that this browser has. */
export function showWelcome() {
  const known = remembered();
  for (const id of ["remembered", "passkey-other", "passkey-forget"]) byId(id).hidden = !known;
  for (const id of ["find-help", "first-time"]) byId(id).hidden = Boolean(known);
  byId("remembered").textContent = known ? translate("rememberedPasskey", { name: known.name || `${known.key.slice(0, 10)}…` }) : "";
  nameField.placeholder = translate("myData");
}

byId("passkey-forget").addEventListener("click", () => {
  remember(null);
  showWelcome();
  byId("passkey-in").focus();
});
