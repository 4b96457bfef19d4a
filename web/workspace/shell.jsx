// Around every page of a workspace: its head, the places of the roles, who is signed in, and the foot.
import { useLocation } from "preact-iso";
import { useEffect } from "preact/hooks";
import { Button } from "../kit/button.jsx";
import { Badge } from "../kit/card.jsx";
import { Icon } from "../kit/icon.jsx";
import { setLanguage, useLanguage } from "../kit/language.js";
import { messages } from "../kit/messages.js";
import { clearNotices } from "../kit/problems.jsx";
import { Name } from "../kit/sentence.jsx";
import { signOut, useSession } from "../portal/session.js";
import { WORKSPACES, isFor, placeName, shortName } from "./destinations.js";
import { forgetParty, usePresent } from "./party.js";

const t = messages(
  { title: "Workspace", subtitle: "Issue, ask and read by consent. Every question leaves a receipt that the person sees.", skip: "To the content", out: "Sign out", as: "Signed in for", not: "not accredited now", foot: "What you ask and read here stands in the log, and the person it is about sees it.", verify: "Check a proof", terms: "Categories and purposes", privacy: "Privacy", ledger: "About this ledger", places: "Places" },
  { title: "업무 화면", subtitle: "동의에 따라 발급하고, 요청하고, 열람합니다. 모든 요청에는 당사자가 볼 수 있는 확인서가 남습니다.", skip: "본문으로", out: "로그아웃", as: "로그인한 기관", not: "현재 인증되지 않음", foot: "여기서 요청하고 열람한 내용은 로그에 남으며, 당사자가 볼 수 있습니다.", verify: "증명 확인", terms: "데이터 항목과 목적", privacy: "개인정보 안내", ledger: "이 원장에 대하여", places: "화면" },
);

/** The head of the page, with the choice of language. */
export function Header() {
  const language = useLanguage();
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = `MyData Ledger · ${t("title")}`;
  }, [language]);
  return (
    <>
      <a class="skip" href="#page">{t("skip")}</a>
      <header>
        <img src="/web/mark.svg" alt="" width="36" height="36" />
        <div class="title"><h1>{t("title")}</h1><p>{t("subtitle")}</p></div>
        <div class="languages" role="group" aria-label="Language · 언어">
          <button type="button" lang="ko" data-language="ko" aria-pressed={language === "ko"} onClick={() => setLanguage("ko")}>한<span>국어</span></button>
          <button type="button" lang="en" data-language="en" aria-pressed={language === "en"} onClick={() => setLanguage("en")}>En<span>glish</span></button>
        </div>
      </header>
    </>
  );
}

/** The places that the roles of the party have. */
export function Navigation() {
  const { path } = useLocation(), { party } = usePresent(), roles = party?.roles ?? [];
  useEffect(() => {
    clearNotices();
    document.getElementById("page")?.focus({ preventScroll: true });
  }, [path]);
  const shown = party ? WORKSPACES.filter((place) => isFor(place, roles)) : [];
  const present = shown.findLast(({ paths: [base] }) => path === base || (base !== "/workspace" && path.startsWith(`${base}/`)));
  return (
    <nav id="tabs" class="places-bar" aria-label={t("places")}>
      {shown.map((place) => <a key={place.name} id={`tab-${place.name}`} href={place.paths[0]} aria-current={place === present ? "page" : undefined}><Icon of={place.icon} /><span class="long">{placeName(place)}</span><span class="short">{shortName(place)}</span></a>)}
    </nav>
  );
}

/** The party that is signed in, and the way out. */
export function Who() {
  const { account } = useSession(), { party } = usePresent(), language = useLanguage();
  const leave = async () => {
    await signOut();
    forgetParty();
  };
  return (
    <div class="who here">
      <span>{t("as")}</span> <strong id="account">{party ? <Name of={party.names[language]} /> : <code>{account?.name}</code>}</strong>
      {party && !party.accredited && <Badge tone="bad">{t("not")}</Badge>}
      <Button id="sign-out" kind="plain" onClick={leave}>{t("out")}</Button>
    </div>
  );
}

/** The foot of the page. */
export const Footer = () => (
  <footer><p>{t("foot")} <a href="/verify">{t("verify")}</a> · <a href="/privacy">{t("privacy")}</a> · <a href="/">{t("ledger")}</a></p></footer>
);
