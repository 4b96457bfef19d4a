// Around every page of the portal: its head, where one can go, for whom it acts, and the foot.
import { Bell, Ellipsis, FileCheck, FileHeart, House, Inbox, ScrollText } from "lucide";
import { useLocation } from "preact-iso";
import { useEffect } from "preact/hooks";
import { Button } from "../kit/button.jsx";
import { Icon } from "../kit/icon.jsx";
import { setLanguage, useLanguage } from "../kit/language.js";
import { messages } from "../kit/messages.js";
import { clearNotices } from "../kit/problems.jsx";
import { chooseWard, isOwnDevice, relationOf, shortOf, useActing } from "./acting.js";
import { signOut, useSession } from "./session.js";
import { categoryOf } from "./vocabulary.js";
import { timeText, translate } from "./words.js";

/** @import { Ward } from "./answers" */
/** @typedef {keyof typeof TEXTS} Destination */
const TEXTS = { overview: "Home", records: "Records", requests: "Requests", consents: "Consents", timeline: "Who asked", inbox: "Messages", more: "More" };
const FOOT = { foot: "Nobody reads your data unless you signed for it, or in a declared emergency. You see every use, and can prove it.", verify: "Check a proof", privacy: "Privacy", ledger: "About this ledger" };
const t = messages({ ...TEXTS, ...FOOT }, { overview: "홈", records: "기록", requests: "요청", consents: "동의", timeline: "조회 기록", inbox: "알림", more: "더보기",
  foot: "내가 서명했거나 응급 상황이 선언된 때에만 내 데이터를 열람할 수 있습니다. 모든 이용은 내가 볼 수 있고 증명할 수 있습니다.", verify: "증명 확인", privacy: "개인정보 안내", ledger: "이 원장에 대하여",
});
const ICONS = { overview: House, records: FileHeart, requests: Inbox, consents: FileCheck, timeline: ScrollText, inbox: Bell, more: Ellipsis };
const ALL = /** @type {Destination[]} */ (Object.keys(TEXTS));
/** What fits into the bar of a phone, and what is shown of a person for whom somebody else acts. */
const BAR = ["overview", "records", "consents", "timeline", "more"], OF_WARD = ["records", "requests", "timeline"];

/** The address of a page of the portal. @type {(destination: Destination) => string} */
export const pathOf = (destination) => (destination === "overview" ? "/portal" : `/portal/${destination}`);

/** The head of the page, with the choice of language. */
export function Header() {
  const language = useLanguage(), { state } = useSession();
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = `MyData Ledger · ${translate("title")}`;
  }, [language]);
  return (
    <header>
      <img src="/web/mark.svg" alt="" width="36" height="36" />
      <div class="title"><h1>{translate("title")}</h1><p>{translate("subtitle")}</p></div>
      {state === "in" && <Bells />}
      <div class="languages" role="group" aria-label="Language · 언어">
        <button type="button" lang="ko" data-language="ko" aria-pressed={language === "ko"} onClick={() => setLanguage("ko")}>한<span>국어</span></button>
        <button type="button" lang="en" data-language="en" aria-pressed={language === "en"} onClick={() => setLanguage("en")}>En<span>glish</span></button>
      </div>
    </header>
  );
}

/** On a phone, the way to requests and messages, which have no place in the bar. */
function Bells() {
  const { openRequests } = useSession();
  return (
    <div class="bells">
      <a href={pathOf("requests")} aria-label={`${t("requests")} ${openRequests || ""}`.trim()}><Icon of={Inbox} />{openRequests > 0 && <span class="count">{openRequests}</span>}</a>
      <a href={pathOf("inbox")} aria-label={t("inbox")}><Icon of={Bell} /></a>
    </div>
  );
}

/** Where one can go: a list beside the page, a bar below it on a phone. */
export function Navigation() {
  const { path } = useLocation(), { openRequests } = useSession(), { chosen } = useActing();
  useEffect(() => {
    clearNotices();
    document.getElementById("page")?.focus({ preventScroll: true });
  }, [path]);
  const shown = ALL.filter((destination) => !chosen || OF_WARD.includes(destination));
  const present = shown.findLast((destination) => path === pathOf(destination) || (destination !== "overview" && path.startsWith(`${pathOf(destination)}/`))) ?? "more";
  return (
    <nav id="tabs" aria-label={translate("title")}>
      {shown.map((destination) => (
          <a key={destination} id={`tab-${destination}`} href={pathOf(destination)} class={BAR.includes(destination) || chosen ? "" : "aside"} aria-current={destination === present ? "page" : undefined}>
            <Icon of={ICONS[destination]} /><span>{destination === "timeline" && chosen ? translate("timelineOf") : t(destination)}</span>
            {destination === "requests" && openRequests > 0 && <span class="count">{openRequests}</span>}
          </a>
      ))}
    </nav>
  );
}

/** The foot of the page: what this is, and pages about it. */
export const Footer = () => (
  <footer>
    <p>{t("foot")} <a href="/verify">{t("verify")}</a> · <a href="/privacy">{t("privacy")}</a> · <a href="/">{t("ledger")}</a></p>
  </footer>
);

/** Who is signed in, for whom they act, and the way out. */
export function Person() {
  const { account } = useSession(), { wards, chosen } = useActing(), { route } = useLocation();
  const ward = wards.find(({ person }) => person === chosen);
  const choose = (/** @type {string} */ person) => {
    chooseWard(person);
    route(person ? pathOf("records") : pathOf("overview"));
  };
  if (!account) return null;
  return (
    <>
      <Who id="account" />
      {wards.length > 0 && (
        <p id="acting-choice">
          <label for="ward-choice">{translate("actingChoice")}</label>{" "}
          <select id="ward-choice" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">{translate("actingMyself")}</option>
            {wards.map((one) => <option key={one.person} value={one.person}>{`${shortOf(one)} · ${relationOf(one)}`}</option>)}
          </select>
        </p>
      )}
      <div id="acting-mark" role="status" aria-live="polite" hidden={!ward}>{ward && <ActingMark ward={ward} back={() => choose("")} />}</div>
    </>
  );
}

/** The account and the way out; on a phone they stand under "more". @param {{ id?: string }} props */
export const Who = ({ id }) => (
  <div class={id ? "who" : "who small"}>
    <span>{translate("signedInAs")}</span> <AccountName id={id} name={useSession().account?.name ?? ""} />{" "}
    <Button id={id && "sign-out"} kind="plain" onClick={signOut}>{translate("signOut")}</Button>
  </div>
);

/** @param {{ name: string, id?: string }} props */
const AccountName = ({ name, id }) => (
  <div id={id} class="account">{name.length > 50 ? <details><summary><code>{`${name.slice(0, 10)}…${name.slice(-8)}`}</code></summary><code>{name}</code></details> : <code>{name}</code>}</div>
);

/** @param {{ ward: Ward, back: () => void }} props */
const ActingMark = ({ ward, back }) => (
  <>
    <strong>{isOwnDevice(ward) ? translate("actingOwnDevice") : translate("actingFor", { name: shortOf(ward) })}</strong>
    <span> ({relationOf(ward)}) · {translate("actingScope", { categories: ward.categories.map(categoryOf).join(", "), until: timeText(ward.expires) })} </span>
    <Button kind="plain" onClick={back}>{translate("actingBack")}</Button>
  </>
);
