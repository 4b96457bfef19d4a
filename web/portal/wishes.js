// Standing wishes, the common ones as ticks; what was set elsewhere is kept as it is.
import { call, get } from "./api.js";
import { say } from "./words.js";
import { button, el } from "./view.js";

const TICKS = [
  ["neverMarketing", { kind: "never", purpose: "hl7:HMARKT", category: "*", topics: [] }],
  ["neverResearch", { kind: "never", purpose: "hl7:HRESCH", category: "*", topics: [] }],
  ["askEach", { kind: "ask", purpose: "*", category: "*", topics: [] }],
];
const same = (one, other) => ["kind", "purpose", "category"].every((name) => one[name] === other[name]);
const isTell = (wish) => same(wish, { kind: "tell", purpose: "*", category: "*" });

export async function showWishes(place, page) {
  const said = await get("/me/wishes");
  const ticks = TICKS.map(([word, wish]) => ({ wish, word, box: el("input", { type: "checkbox", checked: said.wishes.some((one) => same(one, wish)) }) }));
  const words = el("input", { type: "text", value: said.wishes.filter(isTell).flatMap((wish) => wish.topics).join(", ") });
  const others = said.wishes.filter((one) => !isTell(one) && !TICKS.some(([, wish]) => same(one, wish)));
  const store = () => page.doing(async () => {
    const topics = words.value.split(",").map((word) => word.trim().toLowerCase()).filter(Boolean);
    const told = topics.map((topic) => ({ kind: "tell", purpose: "*", category: "*", topics: [topic] }));
    const ticked = ticks.filter(({ box }) => box.checked).map(({ wish }) => wish);
    await call("PUT", "/me/wishes", { wishes: [...others, ...ticked, ...told], validity: said.validity });
    await page.refresh(say("done"));
  });
  place.replaceChildren(el("div", { class: "card" }, el("p", {}, say("wishesText")),
    ticks.map(({ word, box }) => el("p", {}, el("label", { class: "choice" }, box, say(word)))),
    el("p", {}, el("label", {}, say("topics"), el("br"), words)),
    others.length ? el("p", { class: "help" }, say("otherWishes")) : "",
    el("div", { class: "actions" }, button("save", "primary", store))));
}
