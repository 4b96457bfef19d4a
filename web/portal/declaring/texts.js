// The texts about records of one's own.
import { messages } from "../../kit/messages.js";

/** Texts of self-declared records. */
export const t = messages(
  {
    title: "Add a record of my own", back: "More", intro: "A note or a measurement of yours, kept like every record: sealed, and read by others only by your consent. It is marked as declared by yourself, because nobody else confirms it.",
    kind: "What it is", note: "A note", weight: "Weight", height: "Height", temperature: "Body temperature", pulse: "Pulse", pressure: "Blood pressure", glucose: "Blood glucose", systolic: "Upper value", diastolic: "Lower value",
    part: "{name} ({unit})", when: "When it was", category: "Under which data", text: "Your note", textHelp: "At most {count} characters.", empty: "Write something first.", wrong: "{name}: type a number between {low} and {high}.", noTime: "Choose when it was.", future: "That time is still to come.",
    show: "Show what I would sign", change: "Change it", signs: "You would sign", signsHelp: "That this document is your own statement. Nobody else confirms it, and whoever reads it sees that.", content: "What is kept", exact: "Every word of what is signed",
    done: "Kept. It is on chain in seconds to minutes.", see: "See the record", more: "Add another", mark: "self-declared",
  },
  {
    title: "내 기록 직접 추가", back: "더보기", intro: "내 메모나 측정값을 다른 기록처럼 봉인하여 보관하고, 동의한 곳만 읽을 수 있습니다. 다른 사람이 확인한 것이 아니므로 ‘본인 제출’로 표시됩니다.",
    kind: "종류", note: "메모", weight: "체중", height: "키", temperature: "체온", pulse: "맥박", pressure: "혈압", glucose: "혈당", systolic: "수축기(위)", diastolic: "이완기(아래)",
    part: "{name} ({unit})", when: "잰 때", category: "데이터 항목", text: "메모", textHelp: "{count}자까지 쓸 수 있습니다.", empty: "내용을 적어 주세요.", wrong: "{name}: {low}에서 {high} 사이의 숫자를 입력해 주세요.", noTime: "언제인지 선택해 주세요.", future: "아직 오지 않은 때입니다.",
    show: "서명할 내용 보기", change: "고치기", signs: "서명할 내용", signsHelp: "이 문서가 나 자신의 진술이라는 것에 서명합니다. 다른 사람이 확인한 것이 아니며, 읽는 사람에게도 그렇게 보입니다.", content: "보관할 내용", exact: "서명하는 내용 전체 (원문 그대로)",
    done: "보관했습니다. 몇 초에서 몇 분 안에 체인에 기록됩니다.", see: "기록 보기", more: "하나 더 추가", mark: "본인 제출",
  },
);
