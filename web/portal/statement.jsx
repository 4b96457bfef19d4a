// What is signed, every member of it, for those who want to read it whole; and what the device will ask.
import { Fold } from "../kit/card.jsx";
import { messages } from "../kit/messages.js";
import { presentAccount } from "./session.js";

/** @import { Signable } from "./answers" */
const t = messages(
  { exact: "Every word of what is signed", moment: "When you sign, the time becomes that moment; nothing else changes.", passkey: "{count, plural, one {Your device asks once.} other {Your device asks # times, once for each.}} Its prompt shows no words: it signs what is shown above.", wallet: "{count, plural, one {Your wallet asks once.} other {Your wallet asks # times, once for each.}}", passkeySign: "Sign with my passkey", walletSign: "Sign with my wallet" },
  { exact: "서명하는 내용 전체 (원문 그대로)", moment: "서명할 때 시각은 그 순간으로 바뀌며 그 밖에는 그대로입니다.", passkey: "기기에서 패스키 인증을 {count}번 진행해 주세요. 그 창에는 내용이 나오지 않으며, 서명하는 것은 위에 보이는 내용입니다.", wallet: "지갑에서 확인을 {count}번 요청합니다.", passkeySign: "패스키로 서명", walletSign: "지갑으로 서명" },
);

/** Every member of statements, with their codes. @param {{ of: Signable[], note?: string }} props */
export const ExactStatements = ({ of, note = t("moment") }) => (
  <Fold title={t("exact")} class="exact">
    <p class="help">{note}</p>
    {of.map(({ typed_data: { primaryType, message, domain } }, number) => (
      <dl key={number}>
        {[["", primaryType], ...membersOf(message), ...membersOf(domain, "domain.")].map(([name, value]) => <div key={name}><dt>{name}</dt><dd><code>{value}</code></dd></div>)}
      </dl>
    ))}
  </Fold>
);

/** What the device asks when this is signed. @param {{ count?: number }} props */
export const PromptHelp = ({ count = 1 }) => <p class="help">{t(presentAccount().kind, { count })}</p>;

/** The text of the button that signs. @type {() => string} */
export const signText = () => t(`${presentAccount().kind}Sign`);

/** @type {(struct: object, path?: string) => string[][]} */
function membersOf(struct, path = "") {
  return Object.entries(struct).flatMap(([name, part]) => [[path + name, Array.isArray(part) ? part.join(", ") : String(part)]]);
}
