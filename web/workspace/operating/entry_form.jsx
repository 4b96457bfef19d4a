// An entry of the register while it is filled in: a new organisation, or a change of one that has an entry.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { DayField, Choice, Field } from "../../kit/form.jsx";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { roleOf } from "../../portal/parties/parties.js";
import { ROLES } from "../../portal/words.js";
import { Alike, warningsAbout } from "./alike.jsx";
import { ChangeSteps } from "./change_steps.jsx";
import { draftOf, entryFrom, missingIn, nameFrom, namesFrom } from "./entry_draft.js";
import { makeChange } from "./registrar.js";

/** @import { Party } from "../../portal/answers" */
/** @import { Draft } from "./entry_draft.js" */
/** @import { Register } from "./parties_part.jsx" */
/** @import { Progress } from "./registrar.js" */
const t = messages(
  { add: "Add an organisation", change: "Change an organisation", account: "Account", accountHelp: "0x and 40 digits, from the organisation itself. Compare it on a second way.", listed: "This account has an entry already; it will be replaced.", en: "Name in English", ko: "Name in Korean", roles: "Roles", key: "Key for records (optional)", keyHelp: "0x…, by which records are sealed for it; without one it opens records in its workspace.", until: "Until (optional)", untilHelp: "Empty: without an end.", compared: "I compared the accounts: this is another organisation than the one it looks like.", first: "Still missing: {what}", save: "Sign in my wallet and send", back: "Back", saved: "{name} is in the register." },
  { add: "기관 추가", change: "기관 변경", account: "계정", accountHelp: "기관이 직접 알려 준 0x와 40자리입니다. 다른 경로로 한 번 더 확인하세요.", listed: "이미 등록된 계정입니다. 기존 항목을 바꿉니다.", en: "영어 이름", ko: "한국어 이름", roles: "역할", key: "기록 열람 키 (선택)", keyHelp: "0x…, 기록을 이 키로 봉인합니다. 없으면 업무 화면에서 열람합니다.", until: "끝나는 날 (선택)", untilHelp: "비워 두면 기한이 없습니다.", compared: "계정을 비교했습니다. 비슷해 보이는 기관과 다른 기관입니다.", first: "아직 필요한 것: {what}", save: "지갑으로 서명해 보내기", back: "뒤로", saved: "{name}[이/가] 등록부에 있습니다." },
);

/** @param {{ of: Party | null, register: Register, close: () => void, done: () => Promise<void> }} props */
export function EntryForm({ of: party, register: { parties, registry }, close, done }) {
  const [draft, setDraft] = useState(() => draftOf(party)), [isCompared, setCompared] = useState(false), [progress, setProgress] = useState(/** @type {Progress | null} */ (null));
  const set = (/** @type {Partial<Draft>} */ change) => setDraft((before) => ({ ...before, ...change }));
  const named = { account: draft.account, name: nameFrom(draft), names: namesFrom(draft) }, others = parties.filter(({ account }) => account.toLowerCase() !== draft.account.toLowerCase());
  const before = parties.find(({ account }) => account.toLowerCase() === draft.account.toLowerCase()), isAlike = warningsAbout(named, others).length > 0, missing = missingIn(draft);
  const save = async () => {
    try {
      await makeChange({ registry, entry: entryFrom(draft, before), isNew: !before }, setProgress);
      await done();
      announce(t("saved", { name: named.name }));
    } finally {
      setProgress(null);
    }
  };
  return (
    <Card title={t(party ? "change" : "add")} tone="open" id="entry">
      <div class="form">
        <Fields draft={draft} set={set} isNew={!party} help={before && !party ? t("listed") : t("accountHelp")} />
        {named.name && <Alike of={named} parties={others} />}
        {isAlike && <Choice value="compared" checked={isCompared} onChange={setCompared}>{t("compared")}</Choice>}
        {missing && <p class="help">{t("first", { what: missing })}</p>}
        <ChangeSteps progress={progress} />
        <div class="actions"><Button id="save-party" kind="primary" disabled={!!missing || (isAlike && !isCompared)} onClick={save}>{t("save")}</Button><Button onClick={close}>{t("back")}</Button></div>
      </div>
    </Card>
  );
}

/** @param {{ draft: Draft, set: (change: Partial<Draft>) => void, isNew: boolean, help: string }} props */
const Fields = ({ draft, set, isNew, help }) => (
  <>
    <Line label={t("account")} name="account" help={help} disabled={!isNew} value={draft.account} onChange={(account) => set({ account: account.trim() })} />
    <div class="pair"><Line label={t("en")} name="en" value={draft.en} onChange={(en) => set({ en })} /><Line label={t("ko")} name="ko" value={draft.ko} onChange={(ko) => set({ ko })} /></div>
    <fieldset><legend>{t("roles")}</legend>{Object.keys(ROLES).map((role) => <Choice key={role} value={role} checked={draft.roles.includes(role)} onChange={(on) => set({ roles: on ? [...draft.roles, role] : draft.roles.filter((one) => one !== role) })}>{roleOf(role)}</Choice>)}</fieldset>
    <Line label={t("key")} name="key" help={t("keyHelp")} maxLength={4098} value={draft.key} onChange={(key) => set({ key: key.trim() })} />
    <DayField label={t("until")} presets={[365]} value={draft.until} onChange={(until) => set({ until })} /><p class="help">{t("untilHelp")}</p>
  </>
);

/** @param {{ label: string, name: string, value: string, help?: string, disabled?: boolean, maxLength?: number, onChange: (value: string) => void }} props */
const Line = ({ label, name, value, help, disabled, maxLength = 200, onChange }) => (
  <Field label={label} help={help}>{(ids) => <input type="text" name={name} autocomplete="off" spellcheck={false} maxLength={maxLength} disabled={disabled} value={value} onInput={(event) => onChange(event.currentTarget.value)} {...ids} />}</Field>
);
