// The texts about patient numbers.
import { messages } from "../../kit/messages.js";

/** Texts of the bindings to hospitals. */
export const t = messages(
  {
    title: "My hospitals", back: "More", intro: "A hospital can send you your records once it knows which of its patient numbers is yours. You say so at its counter, with a code that works once.",
    none: "No hospital knows you by a patient number yet.", code: "Get a code", where: "At which hospital or company", choose: "Choose…", get: "Get a code to say at the counter", noHolder: "Choose where you are first.", yours: "Say this code at the counter", remains: "It works for {time} more, once, and at {name} only.", over: "This code is over. Get a new one.", bound: "{name} knows you now.", again: "Get another code", put: "Close",
    number: "Patient number", since: "Since", how: "How", "how.code": "by your code at the counter", "how.signature": "by your signature", active: "bound", disputed: "disputed", ended: "ended", reason: "What you wrote", past: "Ended ({count})",
    dispute: "This is not my number", disputeConfirm: "Dispute it", disputeText: "Nothing is issued to you by this number until you take it back, or the hospital binds it anew.", why: "What is wrong? (The hospital reads it; you need not write anything.)", disputed2: "Disputed. The hospital is told.", confirm: "It is mine after all", confirmed: "The dispute is taken back.",
    end: "End it", endConfirm: "End this binding", endText: "The hospital issues nothing to you by this number any more. Records that you have stay.", ended2: "Ended.",
  },
  {
    title: "내 병원", back: "더보기", intro: "병원이 어느 환자 번호가 내 것인지 알면 기록을 보내 줄 수 있습니다. 창구에서 한 번만 쓰는 번호를 말해 연결합니다.",
    none: "아직 환자 번호로 연결된 병원이 없습니다.", code: "연결 번호 받기", where: "어느 병원이나 회사인가요?", choose: "선택…", get: "창구에서 말할 번호 받기", noHolder: "먼저 어디인지 선택해 주세요.", yours: "창구에서 이 번호를 말씀하세요", remains: "앞으로 {time} 동안 {name}에서 한 번만 쓸 수 있습니다.", over: "이 번호는 끝났습니다. 새로 받아 주세요.", bound: "{name}[과/와] 연결되었습니다.", again: "새 번호 받기", put: "닫기",
    number: "환자 번호", since: "연결한 때", how: "방법", "how.code": "창구에서 말한 번호", "how.signature": "내 서명", active: "연결됨", disputed: "이의 제기함", ended: "끝남", reason: "적은 내용", past: "끝난 연결 ({count})",
    dispute: "내 번호가 아니에요", disputeConfirm: "이의 제기", disputeText: "이의를 거두거나 병원이 다시 연결할 때까지 이 번호로는 아무것도 발급되지 않습니다.", why: "무엇이 잘못되었나요? (병원이 읽습니다. 적지 않아도 됩니다.)", disputed2: "이의를 제기했습니다. 병원에 알려집니다.", confirm: "내 번호가 맞아요", confirmed: "이의를 거두었습니다.",
    end: "연결 끝내기", endConfirm: "이 연결 끝내기", endText: "이 번호로는 더 이상 기록이 발급되지 않습니다. 이미 받은 기록은 그대로입니다.", ended2: "끝냈습니다.",
  },
);
