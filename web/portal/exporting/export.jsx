// Everything about the person as one file: what is in it, and its progress while it comes.
import { Download } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card } from "../../kit/card.jsx";
import { dayKey, now } from "../../kit/dates.js";
import { saveFile } from "../../kit/files.js";
import { Icon } from "../../kit/icon.jsx";
import { messages } from "../../kit/messages.js";
import { Section } from "../../kit/section.jsx";
import { download } from "./download.js";

const t = messages(
  {
    title: "Download everything", back: "More", intro: "One file (ZIP) with everything that this ledger has about you, to keep or to take elsewhere.",
    inIt: "What is in it", consents: "every consent, withdrawal and delegation, with its proof and the notice that you saw", records: "every record by kind, source and date, with its proof; every erasure with its certificate",
    access: "every look at your data, also the refused ones, with its proof", rest: "requests, messages, wishes and share links",
    notInIt: "What is not in it", sealed: "The contents of your records, which are sealed: read and save those under Records. The keys of your share links and your passkey are nowhere but with you.",
    check: "Anybody can check the proofs without this server, with the free program mydata verify.", careful: "The file says a lot about you. Keep it where only you find it.",
    start: "Download", stop: "Stop", running: "{size} received…", done: "Saved: {name} ({size}).", again: "Download again", broken: "The download broke off. Nothing was saved; start it again.",
  },
  {
    title: "모두 내려받기", back: "더보기", intro: "이 원장에 있는 나에 관한 모든 자료를 파일 하나(ZIP)로 보관하거나 다른 곳에 옮길 수 있습니다.",
    inIt: "들어 있는 것", consents: "모든 동의, 철회, 대리 지정과 그 증명, 그때 본 고지문", records: "모든 기록의 종류, 발급한 곳, 날짜와 증명, 모든 삭제와 확인서",
    access: "거절된 것까지 포함한 모든 조회와 그 증명", rest: "요청, 알림, 사전 의사, 공유 링크",
    notInIt: "들어 있지 않은 것", sealed: "기록의 내용은 봉인되어 있어 ‘기록’에서 읽고 저장할 수 있습니다. 공유 링크의 열쇠와 패스키는 본인에게만 있습니다.",
    check: "증명은 이 서버 없이도 무료 프로그램 mydata verify로 누구나 확인할 수 있습니다.", careful: "이 파일에는 나에 관한 내용이 많습니다. 본인만 찾을 수 있는 곳에 보관하세요.",
    start: "내려받기", stop: "중지", running: "{size} 받는 중…", done: "{name} 저장함 ({size})", again: "다시 내려받기", broken: "내려받기가 중간에 끊겼습니다. 저장된 것은 없습니다. 다시 시작해 주세요.",
  },
);
const UNITS = ["B", "KB", "MB", "GB"];
/** @typedef {{ state: "ready" | "running" | "done", size: number, name: string }} Progress */

/** The page of the download. */
export function Export() {
  const [progress, setProgress] = useState(/** @type {Progress} */ ({ state: "ready", size: 0, name: "" })), stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const start = async () => {
    const name = `mydata-${dayKey(now())}.zip`, { signal } = (stop.current = new AbortController());
    setProgress({ state: "running", size: 0, name });
    try {
      const file = await download("/me/export", signal, (size) => setProgress({ state: "running", size, name }));
      saveFile(name, file, "application/zip");
      setProgress({ state: "done", size: file.size, name });
    } catch (error) {
      setProgress({ state: "ready", size: 0, name });
      if (!signal.aborted) throw error instanceof TypeError ? new Error(t("broken")) : error;
    }
  };
  return (
    <Section id="export" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      <Card title={t("inIt")}>
        <ul class="meaning">{[t("consents"), t("records"), t("access"), t("rest")].map((text) => <li key={text}>{text}</li>)}</ul>
        <h3>{t("notInIt")}</h3><p>{t("sealed")}</p><p class="help">{t("check")} {t("careful")}</p>
        <div role="status">{progress.state === "running" ? <p><progress /> {t("running", { size: sizeText(progress.size) })}</p> : progress.state === "done" && <p class="good">{t("done", { name: progress.name, size: sizeText(progress.size) })}</p>}</div>
        <div class="actions">
          <Button kind="primary" onClick={start}><Icon of={Download} />{t(progress.state === "done" ? "again" : "start")}</Button>
          {progress.state === "running" && <Button onClick={() => stop.current.abort()}>{t("stop")}</Button>}
        </div>
      </Card>
    </Section>
  );
}

/** @type {(bytes: number) => string} */
function sizeText(bytes) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)));
  return `${(bytes / 1024 ** step).toFixed(step > 1 ? 1 : 0)} ${UNITS[step]}`;
}
