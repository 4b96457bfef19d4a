// Standing wishes: per purpose, per category and per party, topics, and how long consents may last.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { DAY } from "../../kit/dates.js";
import { Choice, Field } from "../../kit/form.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { announce } from "../../kit/problems.jsx";
import { Section } from "../../kit/section.jsx";
import { call, get } from "../api.js";
import { roleOf } from "../parties/parties.js";
import { categoryOf, purposeOf, topCategories } from "../vocabulary.js";
import { Forbidden } from "./forbidden.jsx";
import { ASK, PURPOSES, ROLES, hasWish, neverAbout, neverFor, otherWishes, topicsOf, withTopics, withWish, wordsIn } from "./wish_list.js";
import { t } from "./texts.js";

/** @import { Wish, Wishes } from "../answers" */
const PRESETS = [30, 90, 365];

/** The page of standing wishes. */
export function WishesPage() {
  const loaded = useLoaded(() => get("/me/wishes"), []);
  return (
    <Section id="wishes" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      <Loaded of={loaded}>{(set) => <WishForm key={JSON.stringify(set)} set={set} changed={loaded.reload} />}</Loaded>
      <Forbidden />
    </Section>
  );
}

/** @param {{ set: Wishes, changed: () => Promise<void> }} props */
function WishForm({ set, changed }) {
  const [wishes, setWishes] = useState(set.wishes), [topics, setTopics] = useState(topicsOf(set.wishes).join(", ")), [validity, setValidity] = useState(set.validity);
  const categories = topCategories(), chosen = { wishes: withTopics(wishes, wordsIn(topics)), validity };
  const isChanged = JSON.stringify(chosen) !== JSON.stringify({ wishes: withTopics(set.wishes, topicsOf(set.wishes)), validity: set.validity });
  const save = async () => {
    await call("PUT", "/me/wishes", chosen);
    await changed();
    announce(t("saved"));
  };
  const choice = (/** @type {Wish} */ wish, /** @type {string} */ code, /** @type {string} */ text) => (
    <Choice key={code} value={code} checked={hasWish(wishes, wish)} onChange={(checked) => setWishes(withWish(wishes, wish, checked))}>{text}</Choice>
  );
  return (
    <Card title={t("title")}>
      <fieldset class="choices"><legend>{t("never")}</legend>{PURPOSES.map((code) => choice(neverFor(code), code, purposeOf(code)))}</fieldset>
      <fieldset class="choices"><legend>{t("about")}</legend>{categories.map((code) => choice(neverAbout(code), code, categoryOf(code)))}</fieldset>
      <fieldset class="choices"><legend>{t("ask")}</legend>{choice(ASK, "ask", t("askMe"))}</fieldset>
      <Field label={t("topics")} help={t("topicsHelp")}>{(ids) => <input type="text" {...ids} autocomplete="off" value={topics} onInput={(event) => setTopics(event.currentTarget.value)} />}</Field>
      <Limits validity={validity} change={setValidity} />
      <Others wishes={otherWishes(wishes, categories)} remove={(wish) => setWishes(withWish(wishes, wish, false))} />
      <p class="help" role="status">{isChanged && t("unsaved")}</p>
      <div class="actions"><Button kind="primary" disabled={!isChanged} onClick={save}>{t("save")}</Button></div>
    </Card>
  );
}

/** @param {{ validity: Record<string, number>, change: (validity: Record<string, number>) => void }} props */
function Limits({ validity, change }) {
  const set = (/** @type {string} */ role, /** @type {string} */ days) => {
    const { [role]: _, ...others } = validity;
    change(days ? { ...others, [role]: Number(days) * DAY } : others);
  };
  const daysOf = (/** @type {string} */ role) => (validity[role] ? Math.round(validity[role] / DAY) : 0);
  return (
    <fieldset class="limits">
      <legend>{t("long")}</legend>
      <p class="help">{t("longHelp")}</p>
      {ROLES.map((role) => (
        <Field key={role} label={roleOf(role)}>
          {(ids) => (
            <select {...ids} value={daysOf(role) ? String(daysOf(role)) : ""} onChange={(event) => set(role, event.currentTarget.value)}>
              <option value="">{t("usual")}</option>
              {[...new Set([...PRESETS, ...(daysOf(role) ? [daysOf(role)] : [])])].map((count) => <option key={count} value={String(count)}>{t("days", { count })}</option>)}
            </select>
          )}
        </Field>
      ))}
    </fieldset>
  );
}

/** @param {{ wishes: Wish[], remove: (wish: Wish) => void }} props */
const Others = ({ wishes, remove }) =>
  wishes.length ? (
    <>
      <h3>{t("others")}</h3>
      <ul class="meaning">{wishes.map((wish) => <li key={JSON.stringify(wish)}>{t(`other.${wish.kind}`, { what: whatOf(wish) })} <Button kind="plain" onClick={() => remove(wish)}>{t("remove")}</Button></li>)}</ul>
    </>
  ) : null;

/** @type {(wish: Wish) => string} */
const whatOf = ({ purpose, category, topics }) =>
  t("what", { purpose: purpose === "*" ? t("anyPurpose") : purposeOf(purpose), category: category === "*" ? t("anyCategory") : categoryOf(category), topics: topics.length ? ` · ${topics.join(", ")}` : "" });
