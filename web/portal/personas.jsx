// Somebody to be, in a demonstration: made-up people and organisations, each with one tap. No other ledger has them.
import { Ambulance, FlaskConical, Gavel, Hospital, ServerCog, ShieldCheck, Store, UserRound } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { personas, providerOf } from "../demo/personas.js";
import { Button } from "../kit/button.jsx";
import { Icon } from "../kit/icon.jsx";
import { useLanguage } from "../kit/language.js";
import { messages } from "../kit/messages.js";
import { reportProblem } from "../kit/problems.jsx";
import { signIn } from "./session.js";
import { walletWith } from "./wallet.js";

/** @import { Persona } from "../demo/personas.js" */
/** @import { Account } from "./answers" */
const t = messages(
  { title: "Try it as somebody", demo: "Demonstration", text: "These people and organisations are made up. Their keys are known to everybody who sees this page; nothing here is about anybody." },
  { title: "체험해 보기", demo: "시연", text: "아래의 사람과 기관은 모두 만들어 낸 것입니다. 이 페이지를 보는 누구나 그 열쇠를 알 수 있으며, 실제 사람에 관한 내용은 없습니다." },
);
/** @type {Record<string, import("lucide").IconNode>} */
const ICONS = { patient: UserRound, hospital: Hospital, trial: FlaskConical, insurer: ShieldCheck, merchant: Store, crew: Ambulance, reviewer: Gavel, operator: ServerCog };

/**
 * The personas as buttons; nothing where the ledger has none. On a person's page the organisations are links to the workspace, which signs in
 * as the one that the address names.
 * @param {{ of?: "people" | "parties", choose?: (account: () => Promise<Account>) => Promise<void> }} props
 */
export function Personas({ of: kind = "people", choose = signIn }) {
  const [offered, setOffered] = useState(/** @type {Persona[] | null} */ (null)), language = useLanguage();
  const be = (/** @type {Persona} */ persona) => choose(async () => walletWith(providerOf(persona), persona.address));
  useEffect(() => void personas().then((found) => {
    setOffered(found);
    const named = kind === "parties" && found?.find(({ id }) => location.hash === `#as-${id}`);
    if (named) be(named).catch(reportProblem);
  }), []);
  if (!offered?.length) return null;
  const isHere = (/** @type {Persona} */ { role }) => (role === "person") === (kind === "people");
  return (
    <div class="card open personas" role="group" aria-labelledby="personas-title">
      <div class="top"><h3 id="personas-title">{t("title")}</h3><span class="badge wait">{t("demo")}</span></div>
      <p class="help">{t("text")}</p>
      {offered.toSorted((one, other) => Number(isHere(other)) - Number(isHere(one))).map((persona) => (
        isHere(persona)
          ? <Button key={persona.id} id={`persona-${persona.id}`} kind={persona.id === "patient" ? "primary" : "quiet"} onClick={() => be(persona)}><Persona of={persona} language={language} /></Button>
          : <a key={persona.id} id={`persona-${persona.id}`} class="quiet" href={kind === "people" ? `/workspace#as-${persona.id}` : "/portal"}><Persona of={persona} language={language} /></a>
      ))}
    </div>
  );
}

/** @param {{ of: Persona, language: "en" | "ko" }} props */
const Persona = ({ of: { id, name, can }, language }) => <><Icon of={ICONS[id] ?? UserRound} /><span><strong>{name[language]}</strong><small>{can[language]}</small></span></>;

/** The persona that opened the session of this address, if it is one. @type {(address: string) => Promise<Account | null>} */
export async function resumePersona(address) {
  const found = (await personas())?.find((persona) => persona.address.toLowerCase() === address.toLowerCase());
  return found ? walletWith(providerOf(found), found.address) : null;
}
