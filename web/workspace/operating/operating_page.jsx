// The operation of the ledger: its health, who is accredited, and the notices, each at an address of its own.
import { messages } from "../../kit/messages.js";
import { Section } from "../../kit/section.jsx";
import { HealthPart } from "./health_part.jsx";
import { NoticesPart } from "./notices_part.jsx";
import { PartiesPart } from "./parties_part.jsx";

const t = messages(
  { title: "Operation", intro: "The state of this ledger, and what its operator decides. Changes of the register are signed in your own wallet.", parts: "Parts", health: "Health", parties: "Organisations", notices: "Notices" },
  { title: "운영", intro: "이 원장의 상태와 운영자가 정하는 일입니다. 등록부 변경은 운영자의 지갑으로 서명합니다.", parts: "운영 화면", health: "상태", parties: "기관", notices: "고지문" },
);
const PARTS = { health: HealthPart, parties: PartiesPart, notices: NoticesPart };

/** The page; an unknown part is the first one. @param {{ part?: string }} props */
export function OperatingPage({ part = "health" }) {
  const chosen = /** @type {keyof typeof PARTS} */ (Object.hasOwn(PARTS, part) ? part : "health"), Part = PARTS[chosen];
  return (
    <Section title={t("title")} intro={t("intro")}>
      <div class="chips" role="group" aria-label={t("parts")}>
        {/** @type {(keyof typeof PARTS)[]} */ (Object.keys(PARTS)).map((name) => <a key={name} class="chip" id={`part-${name}`} href={name === "health" ? "/workspace/operating" : `/workspace/operating/${name}`} aria-current={name === chosen ? "page" : undefined}>{t(name)}</a>)}
      </div>
      <Part />
    </Section>
  );
}
