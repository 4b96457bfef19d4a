// What has no place of its own in the navigation.
import { BellRing, Blocks, Building2, Download, FilePlus2, FileX2, HeartPulse, MailCheck, Share2, Smartphone, Trash2, Users } from "lucide";
import { Icon } from "../kit/icon.jsx";
import { language } from "../kit/language.js";
import { useLoaded } from "../kit/loading.jsx";
import { messages } from "../kit/messages.js";
import { Section } from "../kit/section.jsx";
import { get } from "./api.js";
import { Who } from "./shell.jsx";

/** @import { ServicePage } from "./answers" */

const t = messages(
  {
    title: "More", data: "My data", people: "People and devices", settings: "Settings", services: "Services",
    links: "Share my records", linksHelp: "by a link or QR code, to somebody without an account",
    declare: "Add a record of my own", declareHelp: "a note or a measurement, marked as your own",
    profile: "Clinical profile", profileHelp: "what your records say in short, only if you turn it on",
    hospitals: "My hospitals", hospitalsHelp: "who knows you by which patient number",
    kept: "Kept copies and transfers", keptHelp: "who must delete what, and when; what you asked to be sent",
    export: "Download everything", exportHelp: "all there is about you, with proofs, as one file",
    erase: "Erase records", eraseHelp: "for good; you get a certificate",
    delegates: "Who may act for me", delegatesHelp: "guardians, carers, representatives; and for whom you act",
    devices: "My devices", devicesHelp: "a second device, so that you lose nothing with the first",
    wishes: "Standing wishes", wishesHelp: "answer for you, so that you are not disturbed each time",
    notifications: "Notifications", notificationsHelp: "where else you are told what happens",
  },
  {
    title: "더보기", data: "내 데이터", people: "사람과 기기", settings: "설정", services: "서비스",
    links: "내 기록 공유", linksHelp: "링크나 QR 코드로, 계정이 없는 사람에게",
    declare: "내 기록 직접 추가", declareHelp: "메모나 측정값을 ‘본인 제출’로 남깁니다",
    profile: "건강 프로필", profileHelp: "내 기록을 간추린 내용, 켰을 때만 만듭니다",
    hospitals: "내 병원", hospitalsHelp: "어느 기관이 나를 어떤 환자 번호로 아는지",
    kept: "보관 중인 사본과 전송요구", keptHelp: "누가 무엇을 언제까지 파기해야 하는지, 내가 요구한 전송",
    export: "모두 내려받기", exportHelp: "나에 관한 모든 자료와 증명을 파일 하나로",
    erase: "기록 삭제", eraseHelp: "영구히 삭제하고 확인서를 받습니다",
    delegates: "나를 대신할 사람", delegatesHelp: "후견인, 돌봄 제공자, 대리인과 내가 대신하는 사람",
    devices: "내 기기", devicesHelp: "기기를 잃어도 괜찮도록 두 번째 기기를 등록합니다",
    wishes: "사전 의사", wishesHelp: "매번 묻지 않고 미리 정해 둔 대로 답변합니다",
    notifications: "알림 설정", notificationsHelp: "무슨 일이 있을 때 어디로 더 알려 드릴지",
  },
);
const GROUPS = /** @type {const} */ ({
  data: [["links", Share2], ["declare", FilePlus2], ["profile", HeartPulse], ["hospitals", Building2], ["kept", FileX2], ["export", Download], ["erase", Trash2]],
  people: [["delegates", Users], ["devices", Smartphone]],
  settings: [["wishes", BellRing], ["notifications", MailCheck]],
});
/** The address of a page whose word is another. @type {Record<string, string>} */
const PATHS = { profile: "/portal/profile-consent", kept: "/portal/kept" };

/** The list of further pages. */
export const More = () => (
  <Section title={t("title")}>
    {/** @type {(keyof typeof GROUPS)[]} */ (Object.keys(GROUPS)).map((group) => (
      <div key={group}>
        <h3>{t(group)}</h3>
        <ul class="places">
          {GROUPS[group].map(([word, icon]) => (
            <li key={word}><a href={PATHS[word] ?? `/portal/${word}`}><Icon of={icon} /><span><strong>{t(word)}</strong><small>{t(`${word}Help`)}</small></span></a></li>
          ))}
        </ul>
      </div>
    ))}
    <ServicePages />
    <Who />
  </Section>
);

/** The pages of services that are for a person's own data. */
function ServicePages() {
  const { value: pages = [] } = useLoaded(servicePages, []);
  return pages.length ? (
    <div id="services">
      <h3>{t("services")}</h3>
      <ul class="places">{pages.map(({ name, path, names }) => <li key={name}><a href={path}><Icon of={Blocks} /><span><strong>{names[language]}</strong></span></a></li>)}</ul>
    </div>
  ) : null;
}

/** @type {() => Promise<ServicePage[]>} */
const servicePages = async () => (await get("/services")).pages.filter((/** @type {ServicePage} */ { roles }) => roles.includes("person"));
