// Shows the texts of the page in the language of the browser: Korean, or else English.
const language = navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en";
const texts = await (await fetch(`messages/${language}.json`)).json();
document.documentElement.lang = language;
document.title = texts.name;
for (const element of document.querySelectorAll("[data-text]")) {
  const text = texts[/** @type {HTMLElement} */ (element).dataset.text ?? ""];
  if (text) element.textContent = text;
}
