// Allowing less: ticks for the terms of each permit, and its end. What is forbidden stays forbidden.
import { actionOf, say } from "./words.js";
import { button, categoryOf, el, grantView, purposeOf } from "./view.js";

const DAY = 86_400;

/** `show` gets what is left, as typed data and as the door's forms take it. */
export function narrowView(grants, back, show) {
  const forms = grants.map(narrowForm), problem = el("p", { class: "help", role: "alert" });
  const title = el("h3", { tabIndex: -1 }, say("narrowTitle"));
  const go = () => {
    const left = forms.map((form) => form.read()).filter(Boolean);
    if (left.length) return show(left, left.map(formOf));
    problem.textContent = say("nothingLeft");
  };
  queueMicrotask(() => title.focus());
  return el("div", { class: "step" }, title, forms.map((form) => form.view), problem,
    el("div", { class: "actions" }, button("showDraft", "primary", go), button("back", "quiet", back)));
}

function narrowForm(grant) {
  if (grant.effect === "forbid") return { view: grantView(grant), read: () => grant };
  const part = (codes, named) => codes.map((code) => {
    const box = el("input", { type: "checkbox", checked: true, value: code });
    return { box, view: el("label", { class: "choice" }, box, named(code)) };
  });
  const parts = { categories: part(grant.categories, categoryOf), purposes: part(grant.purposes, purposeOf), actions: part(grant.actions, actionOf) };
  const end = el("input", { type: "date" }), last = new Date(Number(grant.expires) * 1000);
  if (!Number.isNaN(last.getTime())) end.value = end.max = new Date(last - 1).toISOString().slice(0, 10);
  const named = ["data", "purpose", "action"].map((word, at) =>
    el("div", { role: "group", ariaLabel: say(word) }, el("strong", {}, say(word)), " ", Object.values(parts)[at].map((one) => one.view)));
  return { view: el("fieldset", {}, named, el("label", { class: "choice" }, say("endDate"), end)), read: () => left(grant, parts, end) };
}

function left(grant, parts, end) {
  const [categories, purposes, actions] = Object.values(parts).map((part) => part.filter(({ box }) => box.checked).map(({ box }) => box.value));
  if (!categories.length || !purposes.length || !actions.length) return null;
  const day = end.value ? Date.parse(`${end.value}T00:00:00Z`) / 1000 + DAY : Infinity;
  return { ...grant, categories, purposes, actions, expires: day < grant.expires ? day : grant.expires };
}

function formOf({ notBefore, dataFrom, dataUntil, ...rest }) {
  return { ...rest, not_before: notBefore, data_from: dataFrom, data_until: dataUntil };
}
