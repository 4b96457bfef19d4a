// The texts about the clinical profile.
import { messages } from "../../kit/messages.js";

/** Texts of the clinical profile. */
export const t = messages(
  {
    title: "Clinical profile", back: "More", intro: "What your records say in short: diagnoses, medicines, allergies and latest values, each with the record that it comes from. It is built only if you consent, and only you can read it.",
    none: "There is no profile of you.", use: "With it, studies and services can ask whether you fit and get yes or no, never the profile itself; each such question needs your consent, or is refused.", until: "Keep it until the end of", on: "Turn it on", pastDay: "Choose a day that is not over.",
    building: "You consented. It is built once that is on chain and your records say something; look again in a few minutes.", again: "Look again", stale: "Your records changed since. It is being renewed; until then nothing is answered from it.", built: "Built {time} from {count, plural, one {one record} other {# records}}.",
    off: "Turn it off", offHelp: "Withdraw that consent: the profile is deleted with it.", done: "Signed. The profile is built once that is on chain.",
    birth: "Born", sex: "Sex", condition: "Diagnoses and problems", medication: "Medicines", allergy: "Allergies", value: "Latest values", from: "From {names}", self: "yourself", nothing: "Your records say nothing for a profile yet.",
    male: "male", female: "female", other: "other", unknown: "unknown",
  },
  {
    title: "건강 프로필", back: "더보기", intro: "내 기록을 간추린 내용입니다. 진단, 약, 알레르기, 최근 수치를 출처 기록과 함께 보여 줍니다. 동의해야만 만들어지고 본인만 읽을 수 있습니다.",
    none: "아직 프로필이 없습니다.", use: "프로필이 있으면 연구나 서비스가 내가 조건에 맞는지 묻고 예·아니요만 받습니다. 프로필 자체는 주지 않으며, 질문마다 동의가 없으면 거절됩니다.", until: "이용 기간 (그날 끝까지)", on: "켜기", pastDay: "지나지 않은 날을 선택해 주세요.",
    building: "동의하셨습니다. 체인에 기록되고 기록에 내용이 있으면 만들어집니다. 몇 분 뒤에 다시 확인해 주세요.", again: "다시 확인", stale: "그 뒤 기록이 바뀌어 새로 만드는 중입니다. 그때까지는 이 프로필로 답하지 않습니다.", built: "{time}에 기록 {count}건으로 만듦.",
    off: "끄기", offHelp: "그 동의를 철회하면 프로필도 함께 삭제됩니다.", done: "서명했습니다. 체인에 기록되면 프로필을 만듭니다.",
    birth: "생년월일", sex: "성별", condition: "진단·건강 문제", medication: "약", allergy: "알레르기", value: "최근 수치", from: "출처: {names}", self: "본인", nothing: "아직 프로필로 만들 내용이 기록에 없습니다.",
    male: "남", female: "여", other: "그 밖", unknown: "알 수 없음",
  },
);
