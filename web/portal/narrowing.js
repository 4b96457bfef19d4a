// Allowing less: check boxes for the terms of each permit, and a date for its end. What is forbidden stays forbidden.
import { button, categoryOf, el, grantView, purposeOf } from "./view.js";
import { actionOf, translate } from "./words.js";

/** @import { Grant } from "./answers" */
/**
 * A grant as the person changes it; `read` gives what is left, null for nothing.
 * @typedef {{ view: HTMLElement, read: () => Grant | null }} GrantForm
 */
/** A term with its check box. @typedef {{ box: HTMLInputElement, view: HTMLElement }} Choice */
/** @typedef {{ categories: Choice[], purposes: Choice[], actions: Choice[] }} Choices */
const DAY = 86_400;

/**
 * The form over grants. `show` gets those that are left.
 * @type {(grants: Grant[], back: () => unknown, show: (grants: Grant[]) => unknown) => HTMLElement}
 */
export function narrowView(grants, back, show) {
  const forms = grants.map(grantForm), problem = el("p", { class: "help", role: "alert" });
  const title = el("h3", { tabIndex: -1 }, translate("narrowTitle"));
  const submit = async () => {
    const left = forms.flatMap((form) => form.read() ?? []);
    if (left.length) await show(left);
    else problem.textContent = translate("nothingLeft");
  };
  queueMicrotask(() => title.focus());
  return el("div", { class: "step" }, title, forms.map((form) => form.view), problem,
    el("div", { class: "actions" }, button("showDraft", "primary", submit), button("back", "quiet", back)));
}

/** @type {(grant: Grant) => GrantForm} */
function grantForm(grant) {
  if (grant.effect === "forbid") return { view: grantView(grant), read: () => grant };
  const parts = { categories: choicesOf(grant.categories, categoryOf), purposes: choicesOf(grant.purposes, purposeOf), actions: choicesOf(grant.actions, actionOf) };
  const end = el("input", { type: "date" }), last = new Date(Number(grant.expires) * 1000);
  if (!Number.isNaN(last.getTime())) end.value = end.max = new Date(last.getTime() - 1).toISOString().slice(0, 10);
  const groups = [groupView("data", parts.categories), groupView("purpose", parts.purposes), groupView("action", parts.actions)];
  return { view: el("fieldset", {}, groups, el("label", { class: "choice" }, translate("endDate"), end)), read: () => leftOf(grant, parts, end) };
}

/** @type {(codes: string[], nameOf: (code: string) => string) => Choice[]} */
function choicesOf(codes, nameOf) {
  return codes.map((code) => {
    const box = el("input", { type: "checkbox", checked: true, value: code });
    return { box, view: el("label", { class: "choice" }, box, nameOf(code)) };
  });
}

/** @type {(word: "data" | "purpose" | "action", choices: Choice[]) => HTMLElement} */
function groupView(word, choices) {
  return el("div", { role: "group", ariaLabel: translate(word) }, el("strong", {}, translate(word)), " ", choices.map(({ view }) => view));
}

/** @type {(grant: Grant, parts: Choices, end: HTMLInputElement) => Grant | null} */
function leftOf(grant, parts, end) {
  const checked = (/** @type {Choice[]} */ choices) => choices.filter(({ box }) => box.checked).map(({ box }) => box.value);
  const [categories, purposes, actions] = [checked(parts.categories), checked(parts.purposes), checked(parts.actions)];
  if (!categories.length || !purposes.length || !actions.length) return null;
  const day = end.value ? Date.parse(`${end.value}T00:00:00Z`) / 1000 + DAY : Infinity;
  return { ...grant, categories, purposes, actions, expires: day < Number(grant.expires) ? day : grant.expires };
}

/** The grant in the form that the API takes. @type {(grant: Grant) => object} */
export function apiForm({ notBefore, dataFrom, dataUntil, ...rest }) {
  return { ...rest, not_before: notBefore, data_from: dataFrom, data_until: dataUntil };
}
