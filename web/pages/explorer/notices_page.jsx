// The notices that people are shown before they sign: a list, and each text whole with its digest.
import { Badge } from "../../kit/card.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { prefixedHex, sha256, utf8 } from "../../verify/bytes.js";
import { get, pageOf, Unanswered } from "./answers.js";
import { Findings } from "./findings.jsx";

/** @typedef {{ hash: string, name: string, version: number, language: string, text: string, layers: string[], outdated: boolean }} Notice */
const t = messages(
  {
    title: "Notices", help: "A consent names the digest of the exact text that was shown. A changed text has another digest.", none: "No notice is published yet.",
    version: "version {version}", outdated: "replaced: consents need a new signature", all: "All notices", digest: "Digest (SHA-256)", unknown: "No notice has this digest.",
    publisher: "Published by {account}", operator: "the operator of this ledger",
    same: "Your browser computed the digest of this text: it is the one in the address.", other: "The digest of this text is {digest}: it is not the text that was asked for.",
  },
  {
    title: "고지문", help: "동의에는 보여 드린 글 그대로의 다이제스트가 들어갑니다. 글이 바뀌면 다이제스트도 바뀝니다.", none: "게시된 고지문이 아직 없습니다.",
    version: "{version}판", outdated: "대체됨: 동의를 다시 서명해야 함", all: "모든 고지문", digest: "다이제스트(SHA-256)", unknown: "이 다이제스트의 고지문이 없습니다.",
    publisher: "게시한 기관: {account}", operator: "이 원장의 운영자",
    same: "브라우저가 이 글의 다이제스트를 계산했고, 주소에 있는 값과 같습니다.", other: "이 글의 다이제스트는 {digest}이며, 요청한 글이 아닙니다.",
  },
);

/** Every published notice, the newest version of each name first. */
export function NoticesPage() {
  const notices = useLoaded(() => get("/notices"), []);
  return (
    <section aria-labelledby="notices-title">
      <h2 id="notices-title">{t("title")}</h2>
      <p class="help">{t("help")}</p>
      <Loaded of={notices}>{(/** @type {Notice[]} */ all) => (all.length ? <ul class="notices">{sorted(all).map((notice) => <NoticeRow key={notice.hash} {...notice} />)}</ul> : <p>{t("none")}</p>)}</Loaded>
    </section>
  );
}

/** @type {(notices: Notice[]) => Notice[]} */
const sorted = (notices) => [...notices].sort((a, b) => a.name.localeCompare(b.name) || b.version - a.version || a.language.localeCompare(b.language));

/** @param {Notice} notice */
const NoticeRow = ({ hash, name, version, language, outdated, layers }) => (
  <li>
    <a href={pageOf(`/explorer/notices/${hash}`)}>{slugOf(name)}, {t("version", { version })} ({language})</a> {outdated && <Badge tone="wait">{t("outdated")}</Badge>}
    <p class="help" lang={language}>{shortened(layers[0])}</p>
    <p class="help">{t("publisher", { account: publisherOf(name) })}<br />{t("digest")}: <code>{hash}</code></p>
  </li>
);

/** A notice has the account of its publisher before its name. @type {(name: string) => string} */
const slugOf = (name) => name.slice(name.indexOf("/") + 1);
/** @type {(name: string) => string} */
const publisherOf = (name) => name.slice(0, Math.max(0, name.indexOf("/"))) || t("operator");

/** @type {(text: string) => string} */
const shortened = (text) => (text.length > 160 ? `${text.slice(0, 160)}…` : text);

/** One notice with its whole text. @param {{ digest: string }} props */
export function NoticePage({ digest }) {
  const notice = useLoaded(() => oneNotice(digest), [digest]);
  return (
    <section aria-labelledby="notice-title">
      <p><a href={pageOf("/explorer/notices")}>{t("all")}</a></p>
      <Loaded of={notice}>{(/** @type {Notice} */ one) => <NoticeText {...one} digest={digest} />}</Loaded>
    </section>
  );
}

/** @type {(digest: string) => Promise<Notice>} */
async function oneNotice(digest) {
  const found = await get(`/notices/${digest}`, null);
  if (!found) throw new Unanswered(t("unknown"));
  return found;
}

/** @param {Notice & { digest: string }} props */
function NoticeText({ name, version, language, layers, text, outdated, digest }) {
  const computed = prefixedHex(sha256(utf8.encode(text))), isSame = computed === digest.toLowerCase();
  return (
    <>
      <h2 id="notice-title">{slugOf(name)}, {t("version", { version })} {outdated && <Badge tone="wait">{t("outdated")}</Badge>}</h2>
      <div lang={language}>{layers.map((layer, number) => <p class="layer" key={number}>{layer}</p>)}</div>
      <p class="help">{t("publisher", { account: publisherOf(name) })}<br />{t("digest")}: <code>{computed}</code></p>
      <Findings of={[{ held: isSame, text: isSame ? t("same") : t("other", { digest: computed }) }]} />
    </>
  );
}
