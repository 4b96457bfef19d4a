// A code that the person says at a counter, with the time that remains, until the holder has used it.
import { useEffect, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { now } from "../../kit/dates.js";
import { Field } from "../../kit/form.jsx";
import { Sentence, isolated } from "../../kit/sentence.jsx";
import { post } from "../api.js";
import { partyName } from "../parties/parties.js";
import { inLanguage } from "../words.js";
import { t } from "./texts.js";

/** @import { Parties } from "../parties/parties.js" */
/** @import { Binding } from "../personal_answers" */
/** @typedef {{ code: string, expires: number }} Code */
const TICK_MS = 1000, AGAIN_SECONDS = 4;

/** @param {{ parties: Parties, bindings: Binding[], changed: () => Promise<void>, close: () => void }} props */
export function CounterCode({ parties, bindings, changed, close }) {
  const [holder, setHolder] = useState(""), [code, setCode] = useState(/** @type {(Code & { since: number }) | null} */ (null));
  const holders = [...parties.values()].filter(({ roles }) => roles.includes("holder") && !roles.includes("operator")); // the operator holds only what people declare themselves
  const isBound = code && bindings.some((binding) => binding.holder === holder && binding.state === "active" && binding.bound_at >= code.since);
  const ask = async () => {
    if (!holder) throw new Error(t("noHolder"));
    const since = now() - 2;
    setCode({ ...(await post("/me/bindings/codes", { holder })), since });
  };
  if (code) return <Shown code={code} name={partyName(parties, holder)} isBound={Boolean(isBound)} changed={changed} again={ask} close={close} />;
  return (
    <Card title={t("code")} tone="open">
      <Field label={t("where")}>
        {(ids) => <select {...ids} value={holder} onChange={(event) => setHolder(event.currentTarget.value)}><option value="">{t("choose")}</option>{holders.map(({ account, name }) => <option key={account} value={account}>{inLanguage(name)}</option>)}</select>}
      </Field>
      <div class="actions"><Button kind="primary" onClick={ask}>{t("get")}</Button><Button onClick={close}>{t("put")}</Button></div>
    </Card>
  );
}

/** @param {{ code: Code, name: string, isBound: boolean, changed: () => Promise<void>, again: () => Promise<void>, close: () => void }} props */
function Shown({ code: { code, expires }, name, isBound, changed, again, close }) {
  const [left, setLeft] = useState(expires - now());
  useEffect(() => {
    const timer = setInterval(() => {
      setLeft(expires - now());
      if (!isBound && now() % AGAIN_SECONDS === 0) void changed();
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [expires, isBound]);
  const isOver = left <= 0;
  return (
    <Card title={t("yours")} tone="open">
      {isBound ? <p class="good" role="status"><Sentence text={t("bound", { name: isolated(name) })} /></p> : (
        <>
          <p class={`center counter-code${isOver ? " over" : ""}`}><strong>{code}</strong></p>
          <p class="center help"><Sentence text={isOver ? t("over") : t("remains", { time: clock(left), name: isolated(name) })} /></p>
        </>
      )}
      <div class="actions">{!isBound && <Button kind={isOver ? "primary" : "quiet"} onClick={again}>{t("again")}</Button>}<Button onClick={close}>{t("put")}</Button></div>
    </Card>
  );
}

/** Minutes and seconds. @type {(seconds: number) => string} */
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
