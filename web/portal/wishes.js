// Standing wishes. The common ones are check boxes; a wish that was set elsewhere is kept unchanged.
import { call, get } from "./api.js";
import { button, el } from "./view.js";
import { translate } from "./words.js";

/** @import { Wish } from "./answers" */
/** @import { Page } from "./view_host.jsx" */
/** @type {{ word: "neverMarketing" | "neverResearch" | "askEach", wish: Wish }[]} */
const COMMON = [
  { word: "neverMarketing", wish: { kind: "never", purpose: "hl7:HMARKT", category: "*", topics: [] } },
  { word: "neverResearch", wish: { kind: "never", purpose: "hl7:HRESCH", category: "*", topics: [] } },
  { word: "askEach", wish: { kind: "ask", purpose: "*", category: "*", topics: [] } },
];
/** @type {(topics: string[]) => Wish} */
const tellAbout = (topics) => ({ kind: "tell", purpose: "*", category: "*", topics });
/** @type {(one: Wish, other: Wish) => boolean} */
const isSame = (one, other) => one.kind === other.kind && one.purpose === other.purpose && one.category === other.category;
/** @type {(wish: Wish) => boolean} */
const isTell = (wish) => isSame(wish, tellAbout([]));

/** Show the wishes as a form. @type {(container: HTMLElement, page: Page) => Promise<void>} */
export async function showWishes(container, page) {
  const { wishes, validity } = await get("/me/wishes");
  const choices = COMMON.map(({ word, wish }) => ({ wish, word, box: el("input", { type: "checkbox", checked: wishes.some((set) => isSame(set, wish)) }) }));
  const field = el("input", { type: "text", value: wishes.filter(isTell).flatMap((wish) => wish.topics).join(", ") });
  const others = wishes.filter((set) => !isTell(set) && !COMMON.some(({ wish }) => isSame(set, wish)));
  const store = () => page.run(async () => {
    const topics = field.value.split(",").map((word) => word.trim().toLowerCase()).filter(Boolean);
    const checked = choices.filter(({ box }) => box.checked).map(({ wish }) => wish);
    await call("PUT", "/me/wishes", { wishes: [...others, ...checked, ...topics.map((topic) => tellAbout([topic]))], validity });
    await page.refresh(translate("done"));
  });
  container.replaceChildren(el("div", { class: "card" }, el("p", {}, translate("wishesText")),
    choices.map(({ word, box }) => el("p", {}, el("label", { class: "choice" }, box, translate(word)))),
    el("p", {}, el("label", {}, translate("topics"), el("br"), field)),
    others.length ? el("p", { class: "help" }, translate("otherWishes")) : "",
    el("div", { class: "actions" }, button("save", "primary", store))));
}
