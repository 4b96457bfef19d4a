// What the organisation states about itself; people see it as not checked.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { Field } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { call } from "../../portal/api.js";
import { loadParty } from "../party.js";

/** @import { Party } from "../../portal/answers" */
const NAMES = /** @type {const} */ (["name_ko", "name_en", "contact", "registration", "homepage"]);
const t = messages(
  { title: "What we say about ourselves", help: "People see this on the card of who asks, marked as stated by yourselves.", name_ko: "Name in Korean", name_en: "Name in English", contact: "Contact", registration: "Registration or IRB number", homepage: "Home page", save: "Save", saved: "Saved." },
  { title: "우리가 밝힌 내용", help: "요청 기관 카드에 ‘스스로 밝힌 내용’으로 표시됩니다.", name_ko: "한국어 이름", name_en: "영어 이름", contact: "연락처", registration: "등록·IRB 번호", homepage: "홈페이지", save: "저장", saved: "저장했습니다." },
);

/** @param {{ party: Party }} props */
export function StatedCard({ party: { stated } }) {
  const [card, setCard] = useState(/** @type {Record<string, string>} */ (Object.fromEntries(NAMES.map((name) => [name, stated?.[name] ?? ""]))));
  const save = async () => {
    await call("PUT", "/me/party", card);
    await loadParty();
    announce(t("saved"));
  };
  return (
    <Card title={t("title")} id="stated">
      <p class="help">{t("help")}</p>
      <div class="form">
        {NAMES.map((name) => <Field key={name} label={t(name)}>{(ids) => <input type="text" name={name} maxLength={200} value={card[name]} onInput={(event) => setCard({ ...card, [name]: event.currentTarget.value })} {...ids} />}</Field>)}
        <div class="actions"><Button id="save-stated" onClick={save}>{t("save")}</Button></div>
      </div>
    </Card>
  );
}
