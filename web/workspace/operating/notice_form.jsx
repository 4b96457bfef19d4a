// The next version of a notice: the key facts and the whole text in both languages, and what becomes of earlier consents.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { Confirm } from "../../kit/confirm.jsx";
import { Choice, Field } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { post } from "../../portal/api.js";

const t = messages(
  { title: "Publish a notice", name: "Name", nameHelp: "Letters, digits, - _ . A name that you used before gets its next version.", ko0: "Key facts in Korean", ko1: "Whole text in Korean", en0: "Key facts in English", en1: "Whole text in English", facts: "The first that people read: a few plain sentences.", anew: "Consents under earlier versions need a new signature", open: "Publish", confirm: "Yes, publish it", stay: "A published text stays for ever: consents name its hash.", outdated: "Earlier versions are outdated at once, and consents under them permit nothing until people sign again.", missing: "A name, and both texts of at least one language.", back: "Back", done: "Published." },
  { title: "고지문 발행", name: "이름", nameHelp: "영문자, 숫자, - _ . 이미 쓴 이름이면 다음 판이 됩니다.", ko0: "핵심 내용 (한국어)", ko1: "전체 내용 (한국어)", en0: "핵심 내용 (영어)", en1: "전체 내용 (영어)", facts: "사람들이 가장 먼저 읽는 쉬운 문장 몇 줄입니다.", anew: "이전 판의 동의는 다시 서명해야 합니다", open: "발행", confirm: "발행하기", stay: "발행한 글은 지울 수 없습니다. 동의가 그 해시를 가리킵니다.", outdated: "이전 판은 바로 효력을 잃고, 그에 따른 동의는 다시 서명할 때까지 아무것도 허용하지 않습니다.", missing: "이름과, 한 언어 이상의 두 글이 필요합니다.", back: "뒤로", done: "발행했습니다." },
);
const NAME = /^[A-Za-z0-9_.-]{1,100}$/, LONGEST = 30_000;
const LANGUAGES = /** @type {const} */ (["ko", "en"]);

/** @param {{ name: string, close: () => void, done: () => Promise<void> }} props */
export function NoticeForm({ name: before, close, done }) {
  const [name, setName] = useState(before), [texts, setTexts] = useState(/** @type {Record<string, string>} */ ({ ko0: "", ko1: "", en0: "", en1: "" })), [anew, setAnew] = useState(false);
  const whole = LANGUAGES.filter((code) => texts[`${code}0`].trim() && texts[`${code}1`].trim()), layers = Object.fromEntries(whole.map((code) => [code, [texts[`${code}0`], texts[`${code}1`]]]));
  const isHalf = LANGUAGES.some((code) => !texts[`${code}0`].trim() !== !texts[`${code}1`].trim()), isReady = NAME.test(name) && whole.length > 0 && !isHalf;
  const publish = async () => {
    await post("/notices", { name, layers, compatible: !anew });
    await done();
    announce(t("done"));
  };
  return (
    <Card title={t("title")} tone="open" id="notice-form">
      <div class="form">
        <Field label={t("name")} help={t("nameHelp")}>{(ids) => <input type="text" name="notice-name" maxLength={100} spellcheck={false} value={name} disabled={!!before} onInput={(event) => setName(event.currentTarget.value.trim())} {...ids} />}</Field>
        {LANGUAGES.map((code) => (
          <div class="pair" key={code}>
            {/** @type {const} */ (["0", "1"]).map((layer) => <Field key={layer} label={t(`${code}${layer}`)} help={layer === "0" ? t("facts") : undefined}>{(ids) => <textarea name={code + layer} lang={code} maxLength={LONGEST} value={texts[code + layer]} onInput={(event) => setTexts({ ...texts, [code + layer]: event.currentTarget.value })} {...ids} />}</Field>)}
          </div>
        ))}
        <Choice value="anew" checked={anew} onChange={setAnew}>{t("anew")}</Choice>
        {!isReady && <p class="help">{t("missing")}</p>}
        <div class="actions"><Confirm open={t("open")} confirm={t("confirm")} onConfirm={publish} disabled={!isReady}><p>{t("stay")}</p>{anew && <p class="bad">{t("outdated")}</p>}</Confirm><Button onClick={close}>{t("back")}</Button></div>
      </div>
    </Card>
  );
}
