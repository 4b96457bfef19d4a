// Categories with their icons, and a mark on those whose records may reveal what the law protects most.
import { Check, Minus, ShieldAlert, X } from "lucide";
import { Fold } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { categoryOf, sensitivityOf } from "../vocabulary.js";
import { iconOf } from "./icons.js";

/** @import { Line } from "./difference.js" */
const t = messages(
  { sensitive: "sensitive", yes: "allowed:", part: "in part:", no: "not allowed:", reveals: "{data} may reveal: {kinds}.", more: "{count} more", all: "What these data may reveal" },
  { sensitive: "민감", yes: "허용:", part: "일부만 허용:", no: "허용하지 않음:", reveals: "{data}에서 드러날 수 있는 것: {kinds}.", more: "{count}가지 더 보기", all: "이 데이터에서 드러날 수 있는 것" },
);
const MOST = 8, MOST_LINES = 3;
const ANSWERS = { yes: Check, part: Minus, no: X };

/** A category with its icon and mark. @param {{ code: string }} props */
export const Category = ({ code }) => (
  <span class="category"><Icon of={iconOf(code)} size={18} />{categoryOf(code)}{sensitivityOf(code).length > 0 && <span class="sensitive"><Icon of={ShieldAlert} size={14} />{t("sensitive")}</span>}</span>
);

/** Categories in a row; beyond some, the rest in a fold. @param {{ codes: string[] }} props */
export const Categories = ({ codes }) => (
  <>
    <Row codes={codes.slice(0, MOST)} />
    {codes.length > MOST && <Fold title={t("more", { count: codes.length - MOST })}><Row codes={codes.slice(MOST)} /></Fold>}
  </>
);

/** @param {{ codes: string[] }} props */
const Row = ({ codes }) => <ul class="categories">{codes.map((code) => <li key={code}><Category code={code} /></li>)}</ul>;

/** Terms with what was answered to each. @param {{ lines: Line[], nameOf?: (code: string) => string }} props */
export const Answered = ({ lines, nameOf }) => (
  <ul class="answered">
    {lines.map(({ code, answer }) => (
      <li key={code} class={answer}><Icon of={ANSWERS[answer]} size={18} /><span class="visually-hidden">{t(answer)}</span>{nameOf ? <span>{nameOf(code)}</span> : <Category code={code} />}</li>
    ))}
  </ul>
);

/** What marked categories may reveal, one line each; nothing where none is marked. @param {{ codes: string[] }} props */
export function Revealing({ codes }) {
  const marked = codes.map((code) => ({ code, kinds: sensitivityOf(code) })).filter(({ kinds }) => kinds.length);
  const lines = <ul class="revealing help">{marked.map(({ code, kinds }) => <li key={code}>{t("reveals", { data: categoryOf(code), kinds: kinds.join(", ") })}</li>)}</ul>;
  return marked.length > MOST_LINES ? <Fold title={t("all")}>{lines}</Fold> : marked.length ? lines : null;
}
