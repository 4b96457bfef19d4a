// What a new person sees instead of an empty page: three steps.
import { Hospital, ShieldCheck, SlidersHorizontal, Sprout } from "lucide";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";

const t = messages(
  { title: "Welcome. Nothing has happened here yet.", text: "Three steps, in any order. Whoever asks for your data will show up here.", hospital: "Let a hospital know you", hospitalHelp: "with a code that you show there; then its records come here", safe: "Keep your way in safe", safeHelp: "with a second device, or somebody you trust",
    wishes: "Decide in advance", wishesHelp: "what nobody need ask you for" },
  { title: "환영합니다. 아직 아무 일도 없었습니다.", text: "다음 세 가지를 순서에 상관없이 해 보세요. 내 데이터를 요청하는 곳이 있으면 여기에 나타납니다.", hospital: "병원에 나를 알리기", hospitalHelp: "병원에 코드를 보여 주면 그 병원의 기록이 여기로 옵니다", safe: "접속 수단 지키기", safeHelp: "두 번째 기기나 믿을 수 있는 사람을 정해 두세요",
    wishes: "미리 정해 두기", wishesHelp: "누구도 묻지 않아도 되는 것을 정합니다" },
);
const STEPS = /** @type {const} */ ([{ word: "hospital", icon: Hospital, path: "/portal/hospitals" }, { word: "safe", icon: ShieldCheck, path: "/portal/devices" }, { word: "wishes", icon: SlidersHorizontal, path: "/portal/wishes" }]);

/** The three steps. */
export const Beginning = () => (
  <div id="beginning">
    <div class="none"><span class="picture" aria-hidden="true"><Icon of={Sprout} /></span><h3>{t("title")}</h3><p>{t("text")}</p></div>
    <ol class="places numbered">
      {STEPS.map(({ word, icon, path }) => <li key={word}><a href={path}><Icon of={icon} /><span class="grow"><strong>{t(word)}</strong><small>{t(`${word}Help`)}</small></span></a></li>)}
    </ol>
  </div>
);
