// The script of the public pages: charts on the status page, and the explorer. The page's own language is shown.
import { render } from "preact";
import { showLanguage } from "../kit/language.js";
import { Explorer } from "./explorer/explorer.jsx";
import { StatusCharts } from "./status/charts.jsx";

/** What is shown, by the id of its place on a page. */
const PLACES = { explorer: Explorer, charts: StatusCharts };

showLanguage(document.documentElement.lang === "ko" ? "ko" : "en");
for (const [id, Part] of Object.entries(PLACES)) {
  const place = document.getElementById(id);
  if (place) render(<Part />, place);
}
