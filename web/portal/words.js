// Everything the page says, in English and Korean.
const WORDS = {
  en: {
    title: "My data", subtitle: "Who asks, what I allowed, what was done with it.", skip: "To the content",
    welcome: "See and decide what happens with your data", signIn: "Sign in with your wallet",
    welcomeText: "Here you answer requests, withdraw consents, and see every question anyone asked about you, also the refused ones.",
    signInHelp: "Your wallet signs one sentence. It proves who you are, permits nothing and costs nothing.",
    noWallet: "No wallet was found in this browser. Install one, or open this page in your wallet's own browser.",
    signedInAs: "Signed in as", signOut: "Sign out",
    inbox: "Inbox", requests: "Requests", consents: "Consents", timeline: "Who asked about me", wishes: "My wishes",
    footer: "What you sign is what you see here: your wallet shows the same words. Nothing on this page is stored in your browser.",
    loading: "One moment…", done: "Done.", signing: "Please look at your wallet.", cancelled: "Nothing was signed.",
    changedDraft: "The server's draft does not say what you were shown. It was not signed.",
    noneInbox: "Nothing yet. You will be told here of every request, use and withdrawal.",
    noneRequests: "Nobody has asked you for anything.", noneConsents: "You have not allowed anything yet.",
    noneTimeline: "Nobody has asked about your data yet.",
    "consent.asked": "{by} asks for your consent", "consent.granted": "You gave a consent to {grantee}",
    "consent.withdrawn": "Your consent to {grantee} was withdrawn", "consent.expiring": "Your consent to {grantee} ends soon",
    "data.used": "{by} used your data", "data.broke_glass": "Your data were opened in an emergency",
    "delegation.named": "{delegate} was named to sign", "study.results": "{by} has results: {subject}",
    asks: "{name} asks you", benefit: "What you get", reference: "Reference", answerBy: "Answer by",
    data: "Data", purpose: "What for", action: "May", until: "Until", from: "From", period: "Data from", conditions: "Conditions",
    records: "Only these records", recordCount: "{count} named", always: "until you withdraw", everything: "everything",
    forbidden: "Forbidden", read: "Read it and decide", refuse: "Say no", sign: "Sign with my wallet", narrow: "Allow less",
    back: "Back", noticeTitle: "What you are told", more: "The whole text", says: "You would sign", changes: "This changes",
    nothingChanges: "This is your first consent to them.", narrowTitle: "Leave ticked what you allow", showDraft: "Show what I would sign",
    endDate: "Until (the end of that day, UTC)", nothingLeft: "Nothing is ticked: say no instead.",
    requested: "open", granted: "granted", granted_narrower: "granted, with less", refused: "refused", withdrawn: "taken back by the asker",
    expired: "expired", byWish: "answered by your standing wish", byQuestion: "They asked for your data and were refused. They do not know that you were told.",
    twice: "Your wallet asks twice: first for the secret with which you can withdraw even without this server, then for the consent.",
    active: "active", pending: "on its way to the chain", revoked: "withdrawn", superseded: "replaced", withdraw: "Withdraw",
    withdrawSure: "Withdraw now? They can read nothing more from that moment.", version: "Version {version}, signed {at}",
    copy: "Save my copy", signedBy: "Signed for you by {name} ({relation})", onPaper: "On paper, before two witnesses: {name} and another",
    older: "Earlier and ended", withdrawnNow: "Withdrawn. It denies from now on.", ended: "Ended with it",
    link: "a share link", export: "an export", session: "a session of {holder}", consent: "a consent signed by your delegate",
    wrapped_key: "a key that {holder} was handed for record {reference}; it is told to delete it", nothingEnded: "Nothing else rested on it.",
    permitted: "permitted", denied: "refused", emergency: "emergency", askedFor: "{name} asked to {action} {category}", forPurpose: "for {purpose}",
    declared: "{name} declared an emergency", proof: "Save the proof", onChain: "on chain, block {block}", notOnChain: "on its way to the chain",
    you: "You", verdict: "What the reviewers found", waiting: "a reviewer will look at it", justified: "justified", unjustified: "not justified",
    wishesText: "Standing wishes answer for you, so that you are not disturbed each time.",
    neverMarketing: "Never ask me for marketing", neverResearch: "Never ask me for research", askEach: "When somebody asks for my data without a consent, ask me",
    topics: "Tell me of studies about (words, separated by commas)", save: "Save my wishes",
    otherWishes: "You have further wishes, set elsewhere; they are kept.", when: "{at}",
  },
  ko: {
    title: "내 데이터", subtitle: "누가 묻고, 무엇을 허용했으며, 어떻게 쓰였는지.", skip: "본문으로",
    welcome: "내 데이터의 쓰임을 보고 정하세요", signIn: "지갑으로 로그인",
    welcomeText: "여기에서 요청에 답하고, 동의를 철회하고, 나에 관한 모든 질의를 거절된 것까지 볼 수 있습니다.",
    signInHelp: "지갑이 문장 하나에 서명합니다. 본인 확인일 뿐 아무것도 허용하지 않으며 비용이 없습니다.",
    noWallet: "이 브라우저에서 지갑을 찾지 못했습니다. 지갑을 설치하거나 지갑 앱의 브라우저에서 열어 주세요.",
    signedInAs: "로그인:", signOut: "로그아웃",
    inbox: "알림", requests: "요청", consents: "동의", timeline: "나에 관한 질의", wishes: "내 뜻",
    footer: "서명하는 내용은 여기 보이는 그대로이며 지갑에도 같은 문장이 나옵니다. 이 페이지는 브라우저에 아무것도 저장하지 않습니다.",
    loading: "잠시만요…", done: "완료했습니다.", signing: "지갑을 확인해 주세요.", cancelled: "서명하지 않았습니다.",
    changedDraft: "서버의 초안이 보여 드린 내용과 다릅니다. 서명하지 않았습니다.",
    noneInbox: "아직 없습니다. 모든 요청, 이용, 철회를 여기에서 알려 드립니다.",
    noneRequests: "받은 요청이 없습니다.", noneConsents: "아직 허용한 것이 없습니다.", noneTimeline: "아직 내 데이터에 관한 질의가 없습니다.",
    "consent.asked": "{by}: 동의를 요청했습니다", "consent.granted": "{grantee}에 동의했습니다",
    "consent.withdrawn": "{grantee}에 대한 동의가 철회되었습니다", "consent.expiring": "{grantee}에 대한 동의가 곧 끝납니다",
    "data.used": "{by}: 내 데이터를 이용했습니다", "data.broke_glass": "응급 상황에서 내 데이터가 열렸습니다",
    "delegation.named": "{delegate}: 서명할 사람으로 지정되었습니다", "study.results": "{by}: 결과가 나왔습니다 ({subject})",
    asks: "{name}의 요청", benefit: "받는 것", reference: "참조", answerBy: "답변 기한",
    data: "자료", purpose: "목적", action: "행위", until: "기한", from: "시작", period: "자료 기간", conditions: "조건",
    records: "지정 기록만", recordCount: "{count}건", always: "철회할 때까지", everything: "모든 것",
    forbidden: "금지", read: "읽고 결정하기", refuse: "거절", sign: "지갑으로 서명", narrow: "일부만 허용",
    back: "뒤로", noticeTitle: "알려 드리는 내용", more: "전체 내용", says: "서명할 내용", changes: "달라지는 점",
    nothingChanges: "이 상대에 대한 첫 동의입니다.", narrowTitle: "허용할 것만 남겨 두세요", showDraft: "서명할 내용 보기",
    endDate: "기한 (그날 끝까지, UTC)", nothingLeft: "남은 것이 없습니다. 거절을 선택하세요.",
    requested: "답변 대기", granted: "동의함", granted_narrower: "일부만 동의함", refused: "거절함", withdrawn: "요청자가 취소함",
    expired: "만료됨", byWish: "내 뜻에 따라 자동 답변", byQuestion: "상대가 내 데이터를 물었으나 거절되었습니다. 상대는 내가 이 사실을 안다는 것을 모릅니다.",
    twice: "지갑이 두 번 묻습니다. 먼저 이 서버 없이도 철회할 수 있는 비밀값, 다음으로 동의입니다.",
    active: "유효", pending: "체인 기록 중", revoked: "철회됨", superseded: "새 버전으로 대체됨", withdraw: "철회",
    withdrawSure: "지금 철회할까요? 그 순간부터 상대는 아무것도 읽을 수 없습니다.", version: "버전 {version}, 서명 {at}",
    copy: "사본 저장", signedBy: "{name}님이 대신 서명 ({relation})", onPaper: "종이 동의, 증인 두 명: {name} 외 1명",
    older: "지난 동의", withdrawnNow: "철회했습니다. 지금부터 거절됩니다.", ended: "함께 끝난 것",
    link: "공유 링크", export: "내보내기", session: "{holder}의 세션", consent: "대리인이 서명한 동의",
    wrapped_key: "{holder}에게 전달된 기록 {reference}의 키 (삭제하도록 알림)", nothingEnded: "이 동의에 딸린 것은 없었습니다.",
    permitted: "허용", denied: "거절", emergency: "응급", askedFor: "{name}: {category} {action} 질의", forPurpose: "목적: {purpose}",
    declared: "{name}: 응급 상황 선언", proof: "증명 저장", onChain: "체인 기록됨, 블록 {block}", notOnChain: "체인 기록 중",
    you: "본인", verdict: "심사 결과", waiting: "심사 예정", justified: "정당함", unjustified: "정당하지 않음",
    wishesText: "내 뜻을 정해 두면 매번 묻지 않고 대신 답합니다.",
    neverMarketing: "마케팅 목적으로는 묻지 마세요", neverResearch: "연구 목적으로는 묻지 마세요", askEach: "동의 없이 내 데이터를 묻는 이가 있으면 나에게 물어 주세요",
    topics: "알림을 받을 연구 주제 (쉼표로 구분)", save: "저장",
    otherWishes: "다른 곳에서 정한 뜻이 더 있으며 그대로 유지됩니다.", when: "{at}",
  },
};
const ACTIONS = {
  en: { view: "view", copy: "copy", transfer: "transfer", compute: "compute over", contact: "contact you about", publish: "publish", link: "link" },
  ko: { view: "열람", copy: "복사", transfer: "전송", compute: "통계 계산", contact: "연락", publish: "공개", link: "결합" },
};
export let language = (navigator.language || "en").startsWith("ko") ? "ko" : "en";

export function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  document.title = `MyData Ledger · ${say("title")}`;
  for (const one of document.querySelectorAll("[data-word]")) one.firstChild
    ? (one.firstChild.textContent = say(one.dataset.word)) : (one.textContent = say(one.dataset.word));
  for (const one of document.querySelectorAll("[data-language]")) one.setAttribute("aria-pressed", String(one.dataset.language === chosen));
}

export const say = (word, values = {}) =>
  (WORDS[language][word] ?? word).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "…");
export const actionOf = (code) => (code === "*" ? say("everything") : ACTIONS[language][code] ?? code);
export const moment = (seconds) =>
  new Date(seconds * 1000).toLocaleString(language === "ko" ? "ko-KR" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
