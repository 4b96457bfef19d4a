// How far a change of the register has come.
import { messages } from "../../kit/messages.js";
import { Steps } from "../../kit/steps.jsx";

const t = messages(
  { label: "Progress", signed: "signed in your wallet", chain: "on chain", listed: "listed by this ledger" },
  { label: "진행 상황", signed: "지갑 서명", chain: "체인에 기록", listed: "원장에 반영" },
);

/** @param {{ progress: import("./registrar.js").Progress | null }} props */
export const ChangeSteps = ({ progress }) => (progress === null ? null : <div role="status"><Steps label={t("label")} steps={[t("signed"), t("chain"), t("listed")]} done={progress} /></div>);
