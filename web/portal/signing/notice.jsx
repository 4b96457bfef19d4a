// The text of a notice: the key facts first, the rest in a fold.
import { Fold } from "../../kit/card.jsx";
import { translate } from "../words.js";

/** @import { Notice } from "../answers" */
const LAYER = "\n\n---\n\n";

/** @param {{ notice: Notice, heading: preact.ComponentChildren }} props */
export function NoticeText({ notice: { text, language: lang }, heading }) {
  const [short, ...rest] = text.split(LAYER), more = rest.join("\n\n");
  return <div class="notice" lang={lang}>{heading}{short}{more && <Fold title={translate("more")}>{more}</Fold>}</div>;
}
