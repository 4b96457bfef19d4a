// The ways in: a passkey that this browser remembers, another, a new one; or a wallet.
import { create, find, remember, remembered } from "./passkey.js";
import { connect } from "./wallet.js";
import { say } from "./words.js";

const at = (id) => document.getElementById(id);

/** By a button's id, what then signs for the person. */
export const welcome = {
  "passkey-in": () => find(),
  "passkey-other": () => find(null),
  "passkey-new": () => create(at("passkey-name").value.trim() || say("myData")),
  "sign-in": connect,
};

export function showWelcome() {
  const known = remembered(), named = known?.name || known?.key.slice(0, 10) + "…";
  for (const id of ["remembered", "passkey-other", "passkey-forget"]) at(id).hidden = !known;
  for (const id of ["find-help", "first-time"]) at(id).hidden = Boolean(known);
  at("remembered").textContent = known ? say("rememberedPasskey", { name: named }) : "";
  at("passkey-name").placeholder = say("myData");
}

at("passkey-forget").addEventListener("click", () => {
  remember(null);
  showWelcome();
  at("passkey-in").focus();
});
