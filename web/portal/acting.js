// For whom the page acts: the person themselves, or somebody whose guardian or other delegate they are.
import { actFor, get } from "./api.js";
import { byId, categoryOf, el, onClick } from "./view.js";
import { timeText, translate } from "./words.js";

/** @import { Ward } from "./answers" */
/** @import { Word } from "./words.js" */
const choice = /** @type {HTMLSelectElement} */ (byId("ward-choice"));
const RELATIONS = /** @type {const} */ (["guardian", "representative", "carer", "attorney"]);
/** Those for whom the person acts now. @type {Ward[]} */
let wards = [];

/** The person for whom the page acts; undefined: the person who signed in. */
export const chosenWard = () => wards.find(({ person }) => person === choice.value);

/** Read for whom the person acts, and offer the choice where there is one. A choice that is over becomes the own one. */
export async function loadWards() {
  wards = [];
  for (let after = -1; after !== null; ) {
    const page = await get(`/me/wards?after=${after}`);
    wards.push(...page.wards);
    after = page.next;
  }
  showWards();
}

/** Show the choice and the mark in the page's language. */
export function showWards() {
  const before = choice.value;
  choice.replaceChildren(el("option", { value: "" }, translate("actingMyself")), ...wards.map((ward) => el("option", { value: ward.person }, `${shortOf(ward)} · ${relationOf(ward)}`)));
  choice.value = wards.some(({ person }) => person === before) ? before : "";
  byId("acting-choice").hidden = !wards.length;
  showChosen();
}

/** Act for nobody else, and forget for whom that was possible. */
export function forgetWards() {
  wards = [];
  showWards();
}

/** Mark for whom the page acts, in its requests and on the page. */
export function showChosen() {
  const ward = chosenWard(), mark = byId("acting-mark");
  actFor(ward?.person ?? "");
  mark.hidden = !ward;
  mark.replaceChildren(...(ward ? markOf(ward) : []));
  const tab = byId("tab-timeline"), word = ward ? "timelineOf" : "timeline";
  tab.dataset.word = word;
  (tab.firstChild ?? tab).textContent = translate(word);
}

/** @type {(ward: Ward) => HTMLElement[]} */
function markOf(ward) {
  const scope = translate("actingScope", { categories: ward.categories.map(categoryOf).join(", "), until: timeText(ward.expires) });
  const back = onClick(el("button", { type: "button", class: "plain" }, translate("actingBack")), () => {
    choice.value = "";
    choice.dispatchEvent(new Event("change"));
    choice.focus();
  });
  return [el("strong", {}, translate("actingFor", { name: shortOf(ward) })), el("span", {}, ` (${relationOf(ward)}) · ${scope} `), back];
}

/** @type {(ward: Ward) => string} */
const shortOf = ({ person }) => `${person.slice(0, 8)}…${person.slice(-6)}`;

/** @type {(ward: Ward) => string} */
function relationOf({ relation }) {
  const known = RELATIONS.find((name) => name === relation);
  return known ? translate(/** @type {Word} */ (`relation.${known}`)) : relation;
}

/** Call a step when another person is chosen. @type {(step: () => unknown) => void} */
export const onWardChosen = (step) => choice.addEventListener("change", () => {
  showChosen();
  step();
});
