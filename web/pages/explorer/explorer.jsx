// The public pages of a ledger: its logs, organisations, terms and notices. The address says which is shown.
import { messages } from "../../kit/messages.js";
import { Notices } from "../../kit/problems.jsx";
import { pageOf } from "./answers.js";
import { isLog, LogPage } from "./log_page.jsx";
import { NoticePage, NoticesPage } from "./notices_page.jsx";
import { PartiesPage } from "./parties_page.jsx";
import { TermsPage } from "./terms_page.jsx";

const t = messages(
  { parts: "Parts of the explorer", logs: "Logs", parties: "Organisations", terms: "Terms of consents", notices: "Notices" },
  { parts: "살펴보기 목록", logs: "로그", parties: "기관", terms: "동의 용어", notices: "고지문" },
);
const PARTS = /** @type {const} */ (["logs", "parties", "terms", "notices"]);

/** The part of the public pages that the address names. */
export function Explorer() {
  const [, , name = "", digest = ""] = location.pathname.split("/"), part = PARTS.find((one) => one === name) ?? "logs";
  return (
    <>
      <nav class="parts" aria-label={t("parts")}>{PARTS.map((one) => <a key={one} href={pageOf(one === "logs" ? "/explorer" : `/explorer/${one}`)} aria-current={one === part ? "page" : undefined}>{t(one)}</a>)}</nav>
      <Notices />
      <Part part={part} name={name} digest={digest} />
    </>
  );
}

/** @param {{ part: typeof PARTS[number], name: string, digest: string }} props */
function Part({ part, name, digest }) {
  if (part === "parties") return <PartiesPage />;
  if (part === "terms") return <TermsPage />;
  if (part === "notices") return digest ? <NoticePage digest={digest} /> : <NoticesPage />;
  return <LogPage log={isLog(name) ? name : "consents"} />;
}
