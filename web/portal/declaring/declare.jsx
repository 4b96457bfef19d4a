// Adding a record of one's own: typing it, reading what is signed, signing it.
import { CircleCheck } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Empty, Fold } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Section } from "../../kit/section.jsx";
import { PromptHelp, signText } from "../statement.jsx";
import { declare } from "./declaration.js";
import { DeclareForm } from "./declare_form.jsx";
import { t } from "./texts.js";

/** @import { Declared, DeclarationDraft } from "./declaration.js" */
/** @typedef {{ declared: Declared, draft: DeclarationDraft, summary: string }} Shown */

/** The page of self-declared records. */
export function Declare() {
  const [shown, setShown] = useState(/** @type {Shown | null} */ (null)), [record, setRecord] = useState("");
  const begin = () => {
    setShown(null);
    setRecord("");
  };
  return (
    <Section id="declare" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      {record ? (
        <Empty icon={<Icon of={CircleCheck} />} text={t("done")}><div class="actions"><a class="primary" href={`/portal/records/${record}`}>{t("see")}</a><Button onClick={begin}>{t("more")}</Button></div></Empty>
      ) : (
        <>
          <div hidden={Boolean(shown)}><DeclareForm show={setShown} /></div>
          {shown && <SignStep of={shown} back={() => setShown(null)} done={setRecord} />}
        </>
      )}
    </Section>
  );
}

/** @param {{ of: Shown, back: () => void, done: (record: string) => void }} props */
const SignStep = ({ of: { declared, draft, summary }, back, done }) => (
  <Card title={t("signs")} tone="open" badge={<Badge tone="wait">{t("mark")}</Badge>}>
    <p class="sentence says"><bdi>{summary}</bdi></p>
    <p class="help">{t("signsHelp")}</p>
    <Fold title={t("content")}><pre class="text">{new TextDecoder().decode(declared.content)}</pre></Fold>
    <Fold title={t("exact")} class="exact"><pre class="text">{draft.text}</pre></Fold>
    <PromptHelp />
    <div class="actions"><Button kind="primary" onClick={async () => done(await declare(declared))}>{signText()}</Button><Button onClick={back}>{t("change")}</Button></div>
  </Card>
);
