// What has no place of its own in the navigation.
import { BellRing } from "lucide";
import { Icon } from "../kit/icon.jsx";
import { messages } from "../kit/messages.js";
import { Who } from "./shell.jsx";

const t = messages(
  { title: "More", wishes: "Standing wishes", wishesHelp: "answer for you, so that you are not disturbed each time" },
  { title: "더보기", wishes: "사전 의사", wishesHelp: "매번 묻지 않고 미리 정해 둔 대로 답변합니다" },
);
const PLACES = /** @type {const} */ ([{ path: "/portal/wishes", word: "wishes", icon: BellRing }]);

/** The list of further pages. */
export const More = () => (
  <section aria-labelledby="page-title">
    <h2 id="page-title">{t("title")}</h2>
    <ul class="places">
      {PLACES.map(({ path, word, icon }) => (
        <li key={path}><a href={path}><Icon of={icon} /><span><strong>{t(word)}</strong><small>{t(`${word}Help`)}</small></span></a></li>
      ))}
    </ul>
    <Who />
  </section>
);
