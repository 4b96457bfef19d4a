// The texts about share links.
import { messages } from "../../kit/messages.js";

/** Texts of the share links. */
export const t = messages(
  {
    title: "Share my records", back: "More", cancel: "Cancel",
    intro: "A link shows a summary of your health records to whoever you give it to. They need no account here, and you see each time that it is opened.",
    make: "Make a link", makeTitle: "A new link", what: "What it shows", all: "All my health records", label: "Who is it for?", labelHelp: "Only you, and who opens the link, read this.", labelHint: "For example: my cardiologist",
    until: "It works until the end of", passcode: "A passcode (you need not set one)", passcodeHelp: "Who opens the link must type it. Tell it to them in another way than the link. After 10 wrong attempts the link is closed for good.", suggest: "Suggest one",
    update: "I can bring it up to date later", updateHelp: "You need the link for that, so keep it.",
    nothing: "Tick at least one kind of data.", past: "Choose a day that is not over.",
    made: "The link is ready", once: "It is shown now and never again: the key in it is kept nowhere but in the link. Copy it or have it scanned before you go on.",
    qr: "QR code of the link: {label}", scan: "Let them scan this with an app for SMART Health Links.", link: "The link", send: "Send it", put: "I have passed it on", yours: "Passcode: {passcode}",
    mine: "My links", none: "You share nothing by link at present.", over: "Links that are over ({count})", noLabel: "A link without a name",
    working: "works", ended: "over", expires: "Works until", forever: "until you end it", opened: "Opened", never: "not yet", times: "{count, plural, one {once} other {# times}}", last: "last {time}, {distance}", madeAt: "Made", protected: "Passcode", attempts: "{count, plural, one {one wrong attempt left} other {# wrong attempts left}}", open: "none",
    end: "End now", endConfirm: "End this link", consequence: "Nobody can open it from then on, and it cannot be started again. What somebody opened before, they may have kept: that cannot be called back.", endDone: "The link is over. Nobody can open it any more.",
    refresh: "Bring it up to date", refreshHelp: "Paste the link. Its key is needed for this, since this ledger does not keep it.", refreshDo: "Put my present records behind it", refreshed: "The link shows your present records now.", notLink: "This is not a link of the kind shlink:/…",
    emptyRecords: "There is no health record to share yet.", declare: "Add a record of my own", who: "See who opened it",
  },
  {
    title: "내 기록 공유", back: "더보기", cancel: "취소",
    intro: "링크를 받은 사람은 내 건강 기록 요약을 볼 수 있습니다. 상대방은 계정이 필요 없고, 열릴 때마다 나에게 알려 드립니다.",
    make: "링크 만들기", makeTitle: "새 링크", what: "보여 줄 내용", all: "내 건강 기록 전체", label: "누구에게 줄 링크인가요?", labelHelp: "나와 링크를 여는 사람만 봅니다.", labelHint: "예: 순환기내과 선생님",
    until: "이용 기간 (그날 끝까지)", passcode: "암호 (선택)", passcodeHelp: "링크를 여는 사람이 입력해야 합니다. 링크와 다른 방법으로 알려 주세요. 10번 틀리면 링크가 영구히 닫힙니다.", suggest: "암호 추천",
    update: "나중에 최신 기록으로 갱신하기", updateHelp: "갱신할 때 링크가 필요하므로 보관해 두세요.",
    nothing: "데이터 항목을 하나 이상 선택해 주세요.", past: "지나지 않은 날을 선택해 주세요.",
    made: "링크가 준비되었습니다", once: "지금 한 번만 보여 드립니다. 링크에 든 열쇠는 링크 말고는 어디에도 보관하지 않습니다. 넘어가기 전에 복사하거나 스캔하게 해 주세요.",
    qr: "링크의 QR 코드: {label}", scan: "SMART Health Links 앱으로 스캔하면 됩니다.", link: "링크", send: "보내기", put: "전달했습니다", yours: "암호: {passcode}",
    mine: "내 링크", none: "지금 링크로 공유하는 것이 없습니다.", over: "끝난 링크 ({count})", noLabel: "이름 없는 링크",
    working: "이용 가능", ended: "종료됨", expires: "이용 기간(~까지)", forever: "종료할 때까지", opened: "열람 횟수", never: "아직 없음", times: "{count}번", last: "마지막 {time}, {distance}", madeAt: "만든 때", protected: "암호", attempts: "틀릴 수 있는 횟수 {count}번 남음", open: "없음",
    end: "지금 종료", endConfirm: "이 링크 종료", consequence: "종료하면 아무도 열 수 없고 다시 시작할 수 없습니다. 이미 연 사람이 저장해 둔 내용은 되돌릴 수 없습니다.", endDone: "링크를 종료했습니다. 이제 아무도 열 수 없습니다.",
    refresh: "최신 기록으로 갱신", refreshHelp: "링크를 붙여 넣어 주세요. 링크의 열쇠는 여기에 보관하지 않으므로 갱신할 때 필요합니다.", refreshDo: "지금 기록으로 갱신", refreshed: "이제 링크에 지금 기록이 보입니다.", notLink: "shlink:/… 형태의 링크가 아닙니다.",
    emptyRecords: "아직 공유할 건강 기록이 없습니다.", declare: "내 기록 직접 추가하기", who: "누가 열었는지 보기",
  },
);
