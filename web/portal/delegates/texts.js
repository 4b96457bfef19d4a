// The texts about who may act for the person.
import { messages } from "../../kit/messages.js";

/** Texts of delegates and devices. */
export const t = messages(
  {
    title: "Who may act for me", back: "More", intro: "Somebody you trust can see your data and sign for you, within what you say. Everything they do is recorded under their name, and you see it.",
    none: "Nobody acts for you.", name: "Name somebody", past: "Ended ({count})", mine: "For whom I act", noWards: "You act for nobody.", choose: "Choose under “Whose data” at the top.", wardUntil: "{categories}, until {until}",
    guardian: "Guardian", guardianHelp: "A guardian of a child or a person under guardianship is named by an accredited authority, such as a family court, and appears here.", representative: "Representative", carer: "Carer", attorney: "Attorney", "own-device": "My other device",
    myId: "To act for somebody: give them my identifier", myIdHelp: "Who wants to name you scans this code, or gets the text, and asks you for the check code.", id: "Identifier", idText: "My identifier", qr: "QR code of my identifier", code: "Check code: {code}",
    who: "Their name, as you will see it", relation: "What they are to you", paste: "Their identifier", pasteHelp: "They find it on their own page, under More → Who may act for me. Scan their QR code with your camera, or paste what they sent you.",
    typed: "Check code that they read to you", typedHelp: "It makes sure that this identifier is theirs. Ask them yourself, by voice.", what: "For which data", all: "Everything about me", until: "Until the end of",
    noName: "Say who it is.", noId: "This is no identifier. It begins with 0x, and is complete only when all of it is pasted.", ownId: "This is your own identifier. It must be theirs.", wrongCode: "The check code does not fit this identifier. Do not go on unless they read you the right one.", nothing: "Tick for which data.", wrongDay: "Choose a day in the future, at most ten years away.",
    show: "Show what I would sign", cancel: "Cancel", signTitle: "You would sign", says: "{name} may see records, requests and accesses, sign and withdraw consents for you, and pass on data by links and downloads ({relation}).", saysDevice: "{name} sees everything about you, and signs consents and withdrawals as you do. It cannot erase records, nor name anybody. Go on only if you hold that device in your hands.", about: "For: {categories}.", ends: "Until {day} ({distance}). You can end it at any time before.", rank: "What you sign yourself comes before what they sign: they can narrow it, never widen it.",
    done: "Signed. {name} may act for you once it is on chain, in seconds to minutes.", active: "active", pending: "not on chain yet", expired: "over", revoked: "ended", superseded: "replaced", categories: "Data", expires: "Until", technical: "Technical details", did: "See what they did",
    end: "End this", endTitle: "What ends", endSays: "{name} may no longer act for you, from now on.", endAlso: "The consents that {name} signed for you end too, and so do links and downloads that they made.", endDone: "Ended. {name} may not act for you any more.", ended: "Ended with it: {items}.", nothingEnded: "Nothing else depended on it.",
    "ended.consent": "{count, plural, one {one consent} other {# consents}}", "ended.link": "{count, plural, one {one share link} other {# share links}}", "ended.export": "{count, plural, one {one download} other {# downloads}}", "ended.session": "{count, plural, one {one session of theirs} other {# sessions of theirs}}", "ended.other": "{count, plural, one {one other item} other {# other items}}",
  },
  {
    title: "나를 대신할 사람", back: "더보기", intro: "믿는 사람이 내가 정한 범위에서 내 데이터를 보고 대신 서명할 수 있습니다. 그 사람이 한 일은 모두 그 사람 이름으로 기록되고 나에게 보입니다.",
    none: "나를 대신하는 사람이 없습니다.", name: "대신할 사람 지정", past: "끝난 지정 ({count})", mine: "내가 대신하는 사람", noWards: "내가 대신하는 사람이 없습니다.", choose: "맨 위 ‘누구의 데이터를 볼까요’에서 선택하세요.", wardUntil: "{categories}, {until}까지",
    guardian: "후견인", guardianHelp: "미성년자나 피후견인의 후견인은 가정법원처럼 인증된 기관이 지정하며, 지정되면 여기에 보입니다.", representative: "대리인", carer: "돌봄 제공자", attorney: "법정 대리인", "own-device": "내 다른 기기",
    myId: "다른 사람을 대신하려면 내 식별값을 알려 주세요", myIdHelp: "나를 지정하려는 사람이 이 코드를 스캔하거나 글자를 받은 뒤, 나에게 확인 번호를 물어봅니다.", id: "식별값", idText: "내 식별값", qr: "내 식별값의 QR 코드", code: "확인 번호: {code}",
    who: "그 사람의 이름 (내 화면에 보일 이름)", relation: "나와의 관계", paste: "그 사람의 식별값", pasteHelp: "그 사람의 페이지 ‘더보기 → 나를 대신할 사람’에 있습니다. QR 코드를 카메라로 스캔하거나 받은 글자를 붙여 넣으세요.",
    typed: "그 사람이 읽어 준 확인 번호", typedHelp: "식별값이 그 사람의 것인지 확인합니다. 직접 말로 물어보세요.", what: "데이터 항목", all: "나에 관한 모든 것", until: "이용 기간 (그날 끝까지)",
    noName: "누구인지 적어 주세요.", noId: "식별값이 아닙니다. 0x로 시작하며, 전부 붙여 넣어야 합니다.", ownId: "내 식별값입니다. 그 사람의 식별값이 필요합니다.", wrongCode: "확인 번호가 이 식별값과 맞지 않습니다. 그 사람이 맞는 번호를 읽어 주지 않으면 진행하지 마세요.", nothing: "데이터 항목을 선택해 주세요.", wrongDay: "앞으로 10년 안의 날을 선택해 주세요.",
    show: "서명할 내용 보기", cancel: "취소", signTitle: "서명할 내용", says: "{name}님이 기록, 요청, 조회 기록을 보고, 나를 대신하여 동의에 서명하거나 동의를 철회하고, 링크와 내려받기로 자료를 전달할 수 있습니다 ({relation}).", saysDevice: "{name}[이/가] 나에 관한 모든 것을 보고 나처럼 동의와 철회에 서명합니다. 기록을 삭제하거나 다른 사람을 지정할 수는 없습니다. 그 기기를 직접 들고 있을 때만 진행하세요.", about: "데이터 항목: {categories}.", ends: "{day}까지 ({distance}). 그 전에 언제든 끝낼 수 있습니다.", rank: "내가 직접 서명한 것이 우선합니다. 대신하는 사람은 그 범위를 줄일 수만 있고 넓힐 수 없습니다.",
    done: "서명했습니다. 체인에 기록되면 {name}님이 나를 대신할 수 있습니다. 몇 초에서 몇 분이 걸립니다.", active: "유효", pending: "체인 기록 중", expired: "기간 끝남", revoked: "종료됨", superseded: "새 지정으로 대체됨", categories: "데이터 항목", expires: "이용 기간(~까지)", technical: "기술 정보", did: "한 일 보기",
    end: "대리 종료", endTitle: "끝나는 내용", endSays: "{name}님은 지금부터 나를 대신할 수 없습니다.", endAlso: "{name}님이 대신 서명한 동의와 만든 링크, 내려받기도 함께 끝납니다.", endDone: "종료했습니다. {name}님은 이제 나를 대신할 수 없습니다.", ended: "함께 종료된 항목: {items}.", nothingEnded: "함께 끝난 것은 없습니다.",
    "ended.consent": "동의 {count}건", "ended.link": "공유 링크 {count}개", "ended.export": "내려받기 {count}건", "ended.session": "로그인 세션 {count}개", "ended.other": "그 밖에 {count}건",
  },
);
const COUNTED = /** @type {const} */ (["consent", "link", "export", "session"]);

/** What ended, by kinds and numbers. @type {(ended: { kind: string }[]) => string} */
export function endedText(ended) {
  const counts = COUNTED.map((kind) => ({ kind, count: ended.filter((item) => item.kind === kind).length })).filter(({ count }) => count);
  const others = ended.length - counts.reduce((sum, { count }) => sum + count, 0);
  const texts = [...counts.map(({ kind, count }) => t(`ended.${kind}`, { count })), ...(others ? [t("ended.other", { count: others })] : [])];
  return texts.length ? t("ended", { items: texts.join(", ") }) : t("nothingEnded");
}

/** What a delegate is to the person. @type {(relation: string) => string} */
export const relationText = (relation) => (["guardian", "representative", "carer", "attorney", "own-device"].includes(relation) ? t(/** @type {"guardian"} */ (relation)) : relation);
