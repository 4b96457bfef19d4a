// Allowing less: kinds of data, purposes, actions, an end, single records, and a period. What is forbidden stays forbidden.
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Fold } from "../../kit/card.jsx";
import { dayKey, isNever, now } from "../../kit/dates.js";
import { Choice, DayField, Field } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { Category } from "../grants/categories.jsx";
import { GrantFacts } from "../grants/details.jsx";
import { purposeOf } from "../vocabulary.js";
import { actionOf, translate } from "../words.js";
import { allOf, narrowed } from "./narrowed.js";
import { RecordChoice } from "./record_choice.jsx";

/** @import { Grant } from "../answers" */
/** @import { Kept } from "./narrowed.js" */
const t = messages(
  {
    end: "Until the end of", period: "Only data from a period", periodHelp: "Records of which it is not known when they are from are left out then.", first: "From", last: "To",
  },
  {
    end: "이용 기간 (그날 끝까지)", period: "일정 기간의 데이터만", periodHelp: "언제의 기록인지 알 수 없는 기록은 빠집니다.", first: "시작", last: "끝",
  },
);

/** The form; `show` gets what is left. @param {{ grants: Grant[], back: () => void, show: (grants: Grant[]) => Promise<void> }} props */
export function Narrowing({ grants, back, show }) {
  const [kept, setKept] = useState(() => grants.map(allOf)), [problem, setProblem] = useState("");
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => title.current?.focus(), []);
  const submit = async () => {
    const left = grants.flatMap((grant, index) => (grant.effect === "forbid" ? grant : narrowed(grant, kept[index]) ?? []));
    setProblem(left.length ? "" : translate("nothingLeft"));
    if (left.length) await show(left);
  };
  const change = (/** @type {number} */ index) => (/** @type {Partial<Kept>} */ changes) => setKept((all) => all.map((one, number) => (number === index ? { ...one, ...changes } : one)));
  return (
    <div class="step narrowing">
      <h3 ref={title} tabIndex={-1}>{translate("narrowTitle")}</h3>
      {grants.map((grant, index) => (grant.effect === "forbid" ? <GrantFacts key={index} grant={grant} /> : <GrantForm key={index} grant={grant} kept={kept[index]} change={change(index)} />))}
      <p class="help" role="alert">{problem}</p>
      <div class="actions"><Button kind="primary" onClick={submit}>{translate("showDraft")}</Button><Button onClick={back}>{translate("back")}</Button></div>
    </div>
  );
}

/** @param {{ grant: Grant, kept: Kept, change: (changes: Partial<Kept>) => void }} props */
function GrantForm({ grant, kept, change }) {
  const end = isNever(grant.expires) ? undefined : dayKey(Number(grant.expires) - 1);
  return (
    <fieldset>
      <Terms title={translate("data")} codes={grant.categories} kept={kept.categories} change={(categories) => change({ categories, records: null })}>{(code) => <Category code={code} />}</Terms>
      <Terms title={translate("purpose")} codes={grant.purposes} kept={kept.purposes} change={(purposes) => change({ purposes })}>{purposeOf}</Terms>
      <Terms title={translate("action")} codes={grant.actions} kept={kept.actions} change={(actions) => change({ actions })}>{actionOf}</Terms>
      <DayField label={t("end")} value={kept.end} min={dayKey(now())} max={end} onChange={(value) => change({ end: value })} />
      <Fold title={t("period")} open={Boolean(kept.from || kept.to)}>
        <div class="period">
          <Field label={t("first")}>{(ids) => <input type="date" {...ids} value={kept.from} max={kept.to || undefined} onInput={(event) => change({ from: event.currentTarget.value })} />}</Field>
          <Field label={t("last")}>{(ids) => <input type="date" {...ids} value={kept.to} min={kept.from || undefined} onInput={(event) => change({ to: event.currentTarget.value })} />}</Field>
        </div>
        <p class="help">{t("periodHelp")}</p>
      </Fold>
      <RecordChoice grant={grant} kept={kept} change={change} />
    </fieldset>
  );
}

/** @param {{ title: string, codes: string[], kept: string[], change: (codes: string[]) => void, children: (code: string) => preact.ComponentChildren }} props */
const Terms = ({ title, codes, kept, change, children }) => (
  <div role="group" aria-label={title} class="terms">
    <strong>{title}</strong>
    {codes.map((code) => (
      <Choice key={code} value={code} checked={kept.includes(code)} onChange={(isKept) => change(codes.filter((one) => (one === code ? isKept : kept.includes(one))))}>{children(code)}</Choice>
    ))}
  </div>
);
