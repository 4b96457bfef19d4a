// An organisation of the register, with the changes that its registrar may make.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Facts, Fold } from "../../kit/card.jsx";
import { Confirm } from "../../kit/confirm.jsx";
import { now, timeText } from "../../kit/dates.js";
import { language } from "../../kit/language.js";
import { messages } from "../../kit/messages.js";
import { announce } from "../../kit/problems.jsx";
import { Name } from "../../kit/sentence.jsx";
import { roleOf } from "../../portal/parties/parties.js";
import { presentParty } from "../party.js";
import { ChangeSteps } from "./change_steps.jsx";
import { Alike } from "./alike.jsx";
import { makeChange } from "./registrar.js";
import { NEVER } from "./registry_calls.js";

/** @import { Party } from "../../portal/answers" */
/** @import { Register } from "./parties_part.jsx" */
/** @import { Change, Progress } from "./registrar.js" */
const LAST_YEAR = 253_370_764_800; // the year 9999
const t = messages(
  { now: "accredited", not: "not accredited now", account: "Account", roles: "Roles", from: "From", until: "Until", open: "without an end", edit: "Change", suspend: "Suspend", suspendYes: "Yes, suspend it", suspendMeans: "From this second on {name} is answered nothing and may issue nothing. What it read and issued stays. It can be accredited again.", remove: "Remove", removeYes: "Yes, remove it", removeMeans: "{name} is taken out of the register at once. Its name and roles remain in the events of the chain.", again: "Accredit again", runs: "It is an operator: this ledger may sign and compute with this account. Without it, the ledger stops.", own: "You are signed in with this account.", changed: "The register was changed.", technical: "Technical", key: "Key for records" },
  { now: "인증됨", not: "현재 인증되지 않음", account: "계정", roles: "역할", from: "시작", until: "끝", open: "기한 없음", edit: "변경", suspend: "정지", suspendYes: "정지하기", suspendMeans: "지금부터 {name}의 요청에는 아무것도 답하지 않으며, 발급도 할 수 없습니다. 이미 열람하고 발급한 것은 그대로 남습니다. 다시 인증할 수 있습니다.", remove: "삭제", removeYes: "등록부에서 삭제", removeMeans: "{name}[을/를] 등록부에서 바로 삭제합니다. 이름과 역할은 체인의 이벤트에 남습니다.", again: "다시 인증", runs: "운영자 기관입니다. 이 계정으로 원장이 서명하고 계산할 수 있습니다. 없으면 원장이 멈춥니다.", own: "지금 로그인한 계정입니다.", changed: "등록부를 변경했습니다.", technical: "기술 정보", key: "기록 열람 키" },
);

/** @param {{ of: Party, register: Register, edit: (party: Party) => void, reload: () => Promise<void> }} props */
export function PartyCard({ of: party, register, edit, reload }) {
  const { account, accredited, names, roles } = party, until = Number(party.valid_until);
  return (
    <Card title={<Name of={names[language]} />} label={names[language]} badge={<Badge tone={accredited ? "good" : "bad"}>{t(accredited ? "now" : "not")}</Badge>}>
      <Facts of={[[t("roles"), roles.map(roleOf).join(", ")], [t("from"), Number(party.valid_from) > 0 && timeText(party.valid_from)], [t("until"), until && until < LAST_YEAR ? timeText(until) : t("open")]]} />
      <Alike of={party} parties={register.parties} />
      {account === presentParty().account ? <p class="help">{t("own")}</p> : register.may !== false && <Changes of={party} registry={register.registry} edit={edit} reload={reload} />}
      <Fold title={t("technical")}><Facts of={[[t("account"), <code key="account">{account}</code>], [t("key"), party.encryption_key.length > 2 && <code key="key">{party.encryption_key.slice(0, 40)}…</code>]]} /></Fold>
    </Card>
  );
}

/** @param {{ of: Party, registry: string, edit: (party: Party) => void, reload: () => Promise<void> }} props */
function Changes({ of: party, registry, edit, reload }) {
  const [progress, setProgress] = useState(/** @type {Progress | null} */ (null)), name = party.names[language];
  const make = async (/** @type {Omit<Change, "registry">} */ change) => {
    try {
      await makeChange({ registry, ...change }, setProgress);
      await reload();
      announce(t("changed"));
    } finally {
      setProgress(null);
    }
  };
  const ending = (/** @type {number | bigint} */ until) => make({ entry: { ...entryOf(party), until: String(until) } });
  const warning = party.roles.includes("operator") && <p class="bad">{t("runs")}</p>;
  return (
    <>
      <div class="actions">
        <Button label={`${t("edit")}, ${name}`} onClick={() => edit(party)}>{t("edit")}</Button>
        {party.accredited
          ? <Confirm open={t("suspend")} confirm={t("suspendYes")} onConfirm={() => ending(Math.max(now(), Number(party.valid_from) + 1))}><p>{t("suspendMeans", { name })}</p>{warning}</Confirm>
          : <Button onClick={() => ending(NEVER)}>{t("again")}</Button>}
        <Confirm kind="danger" open={t("remove")} confirm={t("removeYes")} onConfirm={() => make({ removed: party.account })}><p>{t("removeMeans", { name })}</p>{warning}</Confirm>
      </div>
      <ChangeSteps progress={progress} />
    </>
  );
}

/** The entry of a party as the register has it. @type {(party: Party) => import("./registry_calls.js").Entry} */
export const entryOf = ({ account, name, roles, encryption_key: key, valid_from: from, valid_until: until }) => ({ account, name, roles, key, from, until });
