// The notices that consents name: which hold, which are outdated, and a new version of one's own.
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Badge, Card, Fold } from "../../kit/card.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { get } from "../../portal/api.js";
import { partyName, loadParties, shortAddress } from "../../portal/parties/parties.js";
import { presentParty } from "../party.js";
import { NoticeForm } from "./notice_form.jsx";

/** @import { Notice } from "../../portal/answers" */
/** A version of a notice, in its languages. @typedef {{ name: string, version: number, outdated: boolean, texts: Notice[] }} Version */
const t = messages(
  { publish: "Publish a notice", version: "{name}, version {version}", holds: "holds", outdated: "outdated", old: "Older and outdated versions ({count})", again: "Publish the next version", ledger: "this ledger", by: "by {who}", none: "There are no notices." },
  { publish: "고지문 발행", version: "{name}, {version}판", holds: "유효", outdated: "효력 잃음", old: "이전 판과 효력 잃은 판 ({count})", again: "다음 판 발행", ledger: "이 원장", by: "{who}", none: "고지문이 없습니다." },
);

/** The part. */
export function NoticesPart() {
  const loaded = useLoaded(async () => ({ versions: versionsOf(await get("/notices")), parties: await loadParties() }), []), [edited, setEdited] = useState(/** @type {string | null} */ (null));
  const who = (/** @type {string} */ name, /** @type {Awaited<ReturnType<typeof loadParties>>} */ parties) => (name.includes("/") ? partyName(parties, name.split("/")[0]) : t("ledger"));
  const done = async () => {
    await loaded.reload();
    setEdited(null);
  };
  return (
    <>
      {edited === null ? <div class="actions"><Button id="publish" kind="primary" onClick={() => setEdited("")}>{t("publish")}</Button></div> : <NoticeForm key={edited} name={edited} close={() => setEdited(null)} done={done} />}
      <Loaded of={loaded}>
        {({ versions, parties }) => {
          const newest = versions.filter(({ name, version, outdated }) => !outdated && !versions.some((other) => other.name === name && other.version > version)), old = versions.filter((one) => !newest.includes(one));
          return (
            <div id="notices">
              {!versions.length && <p>{t("none")}</p>}
              {newest.map((one) => <NoticeCard key={`${one.name} ${one.version}`} of={one} who={who(one.name, parties)} again={isOwn(one.name) ? () => setEdited(slugOf(one.name)) : undefined} />)}
              {old.length > 0 && <Fold title={t("old", { count: old.length })}>{old.map((one) => <NoticeCard key={`${one.name} ${one.version}`} of={one} who={who(one.name, parties)} />)}</Fold>}
            </div>
          );
        }}
      </Loaded>
    </>
  );
}

/** @param {{ of: Version, who: string, again?: () => void }} props */
const NoticeCard = ({ of: { name, version, outdated, texts }, who, again }) => (
  <Card title={t("version", { name: slugOf(name), version })} badge={<Badge tone={outdated ? "bad" : "good"}>{t(outdated ? "outdated" : "holds")}</Badge>}>
    <p class="help"><bdi>{t("by", { who })}</bdi></p>
    {texts.map(({ language, text, hash }) => <Fold key={hash + language} title={`${language} · ${shortAddress(hash)}`}><div class="notice" lang={language}>{text}</div></Fold>)}
    {again && <div class="actions"><Button onClick={again}>{t("again")}</Button></div>}
  </Card>
);

/** The name without the account of who published it. @type {(name: string) => string} */
const slugOf = (name) => name.slice(name.indexOf("/") + 1);
/** @type {(name: string) => boolean} */
const isOwn = (name) => name.startsWith(`${presentParty().account}/`);

/** The versions of all notices, by name, the newest first. @type {(notices: Notice[]) => Version[]} */
function versionsOf(notices) {
  const groups = Object.groupBy(notices, ({ name, version }) => `${name} ${version}`);
  const versions = Object.values(groups).map((texts = []) => ({ name: texts[0].name, version: texts[0].version, outdated: texts.every(({ outdated }) => outdated), texts }));
  return versions.sort((one, other) => one.name.localeCompare(other.name) || other.version - one.version);
}
