// The organisations of the register, and its changes, for an account that may make them.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge } from "../../kit/card.jsx";
import { Field } from "../../kit/form.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { get } from "../../portal/api.js";
import { shortAddress } from "../../portal/parties/parties.js";
import { presentParty } from "../party.js";
import { EntryForm } from "./entry_form.jsx";
import { PartyCard } from "./party_card.jsx";
import { isRegistrar } from "./registrar.js";

/** @import { Party } from "../../portal/answers" */
/** The register with what this account may do; `may` is null if that is not known. @typedef {{ parties: Party[], registry: string, may: boolean | null }} Register */
const SHOWN = 30;
const t = messages(
  { add: "Add an organisation", find: "Find", findHelp: "A part of a name, a role or an account.", count: "{count, plural, one {one organisation} other {# organisations}}, {now} of them accredited now", more: "Show {count} more",
    may: "This account may change the register.", not: "This account ({account}) may not change the register: in the contract {registry} it has not the role REGISTRAR_ROLE. Who administers the contract gives it by grantRole, and the list below can be read all the same.", unknown: "Whether this account may change the register is not known, since no node of the chain is offered here. The register itself refuses everybody but its registrars." },
  { add: "기관 추가", find: "찾기", findHelp: "이름, 역할, 계정의 일부를 입력하세요.", count: "기관 {count}곳, 현재 인증 {now}곳", more: "{count}곳 더 보기",
    may: "이 계정은 등록부를 바꿀 수 있습니다.", not: "이 계정({account})은 등록부를 바꿀 수 없습니다. 컨트랙트 {registry}에서 REGISTRAR_ROLE 역할이 없습니다. 컨트랙트 관리자가 grantRole로 줄 수 있으며, 아래 목록은 볼 수 있습니다.", unknown: "여기서는 체인의 노드를 쓸 수 없어 이 계정이 등록부를 바꿀 수 있는지 알 수 없습니다. 등록부는 등록 담당이 아니면 누구의 변경도 거절합니다." },
);

/** The part. */
export function PartiesPart() {
  const { registry, account } = presentParty();
  const loaded = useLoaded(async () => ({ parties: /** @type {Party[]} */ (await get("/parties")), registry, may: await isRegistrar(registry, account) }), [registry, account]);
  return <Loaded of={loaded}>{(register) => <Parties of={register} reload={loaded.reload} />}</Loaded>;
}

/** @param {{ of: Register, reload: () => Promise<void> }} props */
function Parties({ of: register, reload }) {
  const { parties, may } = register, [edited, setEdited] = useState(/** @type {Party | "new" | null} */ (null));
  const close = () => setEdited(null), done = async () => {
    await reload();
    close();
  };
  return (
    <>
      <May of={register} />
      {edited ? <EntryForm key={edited === "new" ? "" : edited.account} of={edited === "new" ? null : edited} register={register} close={close} done={done} /> : <div class="actions"><Button id="add-party" kind="primary" disabled={may === false} onClick={() => setEdited("new")}>{t("add")}</Button></div>}
      <p role="status">{t("count", { count: parties.length, now: parties.filter(({ accredited }) => accredited).length })}</p>
      <Found of={register} edit={setEdited} reload={reload} />
    </>
  );
}

/** Whether the account may change the register. @param {{ of: Register }} props */
function May({ of: { may, registry } }) {
  if (may) return <p><Badge tone="good">{t("may")}</Badge></p>;
  return <p id="may-not" class={may === null ? "help" : "problem"}>{may === null ? t("unknown") : t("not", { account: shortAddress(presentParty().account), registry: shortAddress(registry) })}</p>;
}

/** @param {{ of: Register, edit: (party: Party) => void, reload: () => Promise<void> }} props */
function Found({ of: register, edit, reload }) {
  const [text, setText] = useState(""), [shown, setShown] = useState(SHOWN), wanted = text.trim().toLowerCase();
  const found = register.parties.filter(({ name, roles, account }) => `${name} ${roles.join(" ")} ${account}`.toLowerCase().includes(wanted));
  return (
    <>
      <Field label={t("find")} help={t("findHelp")}>{(ids) => <input type="search" name="find" maxLength={200} value={text} onInput={(event) => setText(event.currentTarget.value)} {...ids} />}</Field>
      <div id="parties">{found.slice(0, shown).map((party) => <PartyCard key={party.account} of={party} register={register} edit={edit} reload={reload} />)}</div>
      {found.length > shown && <div class="actions"><button type="button" class="quiet" onClick={() => setShown(shown + SHOWN)}>{t("more", { count: Math.min(SHOWN, found.length - shown) })}</button></div>}
    </>
  );
}
