// Everything the page says, in English and Korean.
const WORDS = {
  en: {
    title: "My data", subtitle: "Who asks, what I allowed, what was done with it.", skip: "To the content",
    welcome: "See and decide what happens with your data", signIn: "Sign in with my wallet",
    welcomeText: "Here you answer requests, withdraw consents, and see every question anyone asked about you, also the refused ones.",
    signInHelp: "Signing in signs one sentence. It proves who you are, permits nothing and costs nothing.",
    passkeyTitle: "With a passkey", walletTitle: "With a wallet", walletText: "For those who have a wallet: as an extension of this browser, or this page opened in the wallet's own.",
    passkeyText: "Your phone or computer keeps a key for this site, and opens it when it knows your face, your finger or your screen lock. You need no wallet, no secret words and no coins.",
    usePasskey: "Sign in with my passkey", otherPasskey: "Use another passkey", forgetPasskey: "Forget it in this browser", rememberedPasskey: "This browser remembers your passkey {name}.",
    findHelp: "Where this browser does not know your passkey yet, your device asks two or three times: to find out which it is, then to sign in.",
    firstTime: "Here for the first time?", passkeyName: "A name for your passkey, which only your device shows", myData: "My data", makePasskey: "Make my passkey",
    makeHelp: "You are known here by your passkey, so make only one. It is lost with the last device that has it, and nobody can make it again: let your device keep it in your account with its maker.",
    noPasskeys: "This browser has no passkeys. Use a newer one, or a wallet.",
    needsName: "Passkeys belong to a name, and this page was opened as {host}. Open it by its name: https://…, or http://localhost on this machine.",
    needsHttps: "Browsers trust no page with keys that was opened as {origin}. Open it as https://…, or as http://localhost on this machine.",
    noStatements: "This server lacks the part of the page that computes what a passkey signs, so nothing can be signed with one here. Whoever runs it installs it with npm ci.",
    passkeyCancelled: "Nothing was signed: the passkey's prompt was closed, waited too long, or found no passkey of this site.",
    hasPasskey: "This device has your passkey already. Sign in with it.", unknownPasskey: "Your passkey could not be recognised. Please try once more.",
    wrongSite: "This page is not the one that passkeys of this ledger are for. Open it by the name you were given.",
    wrongSentence: "The server's sentence for signing in is not one for this site and your passkey. Nothing was signed.",
    wrongDigest: "The server asked your passkey to sign something else than what is shown here. Nothing was signed. Shown here: {own}. Asked for: {asked}.",
    wrongChain: "The server's draft is for chain {asked}, and you signed in on chain {own}. Nothing was signed.", unreadable: "The server's draft cannot be read: {why}. Nothing was signed.",
    noWallet: "No wallet was found in this browser. Install one, or open this page in your wallet's own browser.",
    signedInAs: "Signed in as", signOut: "Sign out",
    inbox: "Inbox", requests: "Requests", consents: "Consents", timeline: "Who asked about me", wishes: "My wishes",
    footer: "What you sign is what you see here. A wallet shows the same words again; a passkey's prompt shows none, so this page computes from what it shows what your passkey signs. Your browser keeps nothing of this page, except, if you use a passkey, which one it is.",
    loading: "One moment…", done: "Done.", "signing.wallet": "Please look at your wallet.", "signing.passkey": "Your device asks for your passkey.", cancelled: "Nothing was signed.",
    changedDraft: "The server's draft does not say what you were shown or asked for. It was not signed.",
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
    forbidden: "Forbidden", read: "Read it and decide", refuse: "Say no", "sign.wallet": "Sign with my wallet", "sign.passkey": "Sign with my passkey", narrow: "Allow less", change: "Allow less",
    back: "Back", noticeTitle: "What you are told", more: "The whole text", says: "You would sign", saysTo: "To {name}:", changes: "This changes", exact: "Every word of what is signed", exactNote: "When you sign, the time becomes that moment, and the lock that of your secret; nothing else.",
    exactEnd: "When you sign, the time becomes that moment, and the secret the one that opens the consent's lock where it is known; nothing else.",
    "ends.permit": "Withdraws your consent to {name}, from now on.", "ends.forbid": "Lifts what you forbade {name}, from now on: what another consent permits is permitted again.",
    nothingChanges: "This is your first consent to them.", narrowTitle: "Leave ticked what you allow", showDraft: "Show what I would sign",
    endDate: "Until (the end of that day, UTC)", nothingLeft: "Nothing is ticked: say no, or withdraw, instead.", transferRequest: "Transfer request",
    requested: "open", granted: "granted", granted_narrower: "granted, with less", refused: "refused", withdrawn: "taken back by the asker",
    expired: "expired", byWish: "answered by your standing wish", byQuestion: "They asked for your data and were refused. They do not know that you were told.",
    "asks.passkey": "Your device asks once. Its prompt shows no words: what it signs is what stands above.",
    keepKey: "Keep this file", keepKeyText: "It holds the secret with which you, or whoever you give it to, can withdraw your consent to {name} on the chain itself, even without this server. Your passkey cannot make it again, and this page forgets it when you close it.",
    saveKey: "Save the file", unsaved: "A file is not saved yet: save it first, or sign out once more to go without it.", keyKept: "Saved. Keep it where only you can find it.", keyFile: "The file you saved when you signed (withdraw-….json), if you have it", wrongKey: "This file is not the one of this consent.",
    noKeyText: "Without it your withdrawal counts here all the same, from now on. But the chain carries no mark of it, and whoever asks only the chain could still take the consent for valid.",
    "asks.wallet": "Your wallet asks twice: first for the secret with which you can withdraw even without this server, then for the consent.",
    "asksEnd.wallet": "Your wallet asks twice: first for the secret with which the chain itself hears of the withdrawal, then for the withdrawal.", "asksEnd.once": "Your wallet asks once: for the withdrawal.",
    active: "active", pending: "on its way to the chain", revoked: "withdrawn", superseded: "replaced", withdraw: "Withdraw",
    endsThis: "This ends", endsNow: "From that moment nothing more can be read by it.", version: "Version {version}, signed {at}",
    copy: "Save my copy", signedBy: "Signed for you by {name} ({relation})", onPaper: "On paper, before two witnesses: {name} and another",
    older: "Earlier and ended", withdrawnNow: "Withdrawn. It denies from now on.", liftedNow: "Lifted. It forbids nothing from now on.", ended: "Ended with it",
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
    welcome: "내 데이터의 쓰임을 보고 정하세요", signIn: "내 지갑으로 로그인",
    welcomeText: "여기에서 요청에 답하고, 동의를 철회하고, 나에 관한 모든 질의를 거절된 것까지 볼 수 있습니다.",
    signInHelp: "로그인할 때 문장 하나에 서명합니다. 본인 확인일 뿐 아무것도 허용하지 않으며 비용이 없습니다.",
    passkeyTitle: "패스키로", walletTitle: "지갑으로", walletText: "지갑이 있는 분을 위한 방법입니다. 브라우저 확장 프로그램을 쓰거나 지갑 앱의 브라우저에서 이 페이지를 여세요.",
    passkeyText: "휴대전화나 컴퓨터가 이 사이트용 열쇠를 보관하고 얼굴, 지문, 화면 잠금으로 본인을 확인한 뒤 사용합니다. 지갑도, 복구 단어도, 코인도 필요 없습니다.",
    usePasskey: "내 패스키로 로그인", otherPasskey: "다른 패스키 사용", forgetPasskey: "이 브라우저에서 지우기", rememberedPasskey: "이 브라우저가 패스키를 기억합니다: {name}",
    findHelp: "이 브라우저가 아직 패스키를 모르면 기기가 두세 번 묻습니다. 먼저 어느 패스키인지 알아내고, 그다음에 로그인합니다.",
    firstTime: "처음이신가요?", passkeyName: "패스키 이름 (내 기기에만 표시됩니다)", myData: "내 데이터", makePasskey: "내 패스키 만들기",
    makeHelp: "여기에서는 패스키로 본인을 알아보므로 하나만 만드세요. 패스키가 든 마지막 기기를 잃으면 누구도 다시 만들 수 없으니 기기 제조사 계정에 보관(동기화)해 두세요.",
    noPasskeys: "이 브라우저는 패스키를 지원하지 않습니다. 최신 브라우저나 지갑을 사용하세요.",
    needsName: "패스키는 도메인 이름에 속하는데 이 페이지는 {host}(으)로 열렸습니다. 이름으로 여세요: https://… 또는 이 컴퓨터에서는 http://localhost",
    needsHttps: "브라우저는 {origin}(으)로 열린 페이지에 열쇠를 맡기지 않습니다. https://… 또는 이 컴퓨터에서는 http://localhost로 여세요.",
    noStatements: "패스키가 서명할 내용을 계산하는 부분이 이 서버에 없어 여기에서는 패스키로 서명할 수 없습니다. 운영자가 npm ci로 설치해야 합니다.",
    passkeyCancelled: "서명하지 않았습니다. 패스키 창이 닫혔거나, 시간이 지났거나, 이 사이트의 패스키가 없습니다.",
    hasPasskey: "이 기기에 이미 패스키가 있습니다. 그 패스키로 로그인하세요.", unknownPasskey: "패스키를 알아보지 못했습니다. 한 번 더 시도해 주세요.",
    wrongSite: "이 원장의 패스키를 쓸 수 있는 페이지가 아닙니다. 안내받은 이름으로 여세요.",
    wrongSentence: "서버가 보낸 로그인 문장이 이 사이트와 내 패스키의 것이 아닙니다. 서명하지 않았습니다.",
    wrongDigest: "서버가 여기 보이는 것과 다른 내용에 서명하도록 요청했습니다. 서명하지 않았습니다. 보이는 내용: {own}. 요청된 내용: {asked}.",
    wrongChain: "서버의 초안은 체인 {asked}의 것인데 체인 {own}에 로그인했습니다. 서명하지 않았습니다.", unreadable: "서버의 초안을 읽을 수 없습니다: {why}. 서명하지 않았습니다.",
    noWallet: "이 브라우저에서 지갑을 찾지 못했습니다. 지갑을 설치하거나 지갑 앱의 브라우저에서 열어 주세요.",
    signedInAs: "로그인:", signOut: "로그아웃",
    inbox: "알림", requests: "요청", consents: "동의", timeline: "나에 관한 질의", wishes: "내 뜻",
    footer: "서명하는 내용은 여기 보이는 그대로입니다. 지갑은 같은 내용을 다시 보여 주고, 패스키 창에는 내용이 나오지 않으므로 이 페이지가 보이는 내용에서 서명할 값을 직접 계산합니다. 브라우저에는 아무것도 저장하지 않으며, 패스키를 쓰면 어느 패스키인지만 기억합니다.",
    loading: "잠시만요…", done: "완료했습니다.", "signing.wallet": "지갑을 확인해 주세요.", "signing.passkey": "기기가 패스키를 묻습니다.", cancelled: "서명하지 않았습니다.",
    changedDraft: "서버의 초안이 보여 드렸거나 요청하신 내용과 다릅니다. 서명하지 않았습니다.",
    noneInbox: "아직 없습니다. 모든 요청, 이용, 철회를 여기에서 알려 드립니다.",
    noneRequests: "받은 요청이 없습니다.", noneConsents: "아직 허용한 것이 없습니다.", noneTimeline: "아직 내 데이터에 관한 질의가 없습니다.",
    "consent.asked": "{by}: 동의를 요청했습니다", "consent.granted": "{grantee}에 동의했습니다",
    "consent.withdrawn": "{grantee}에 대한 동의가 철회되었습니다", "consent.expiring": "{grantee}에 대한 동의가 곧 끝납니다",
    "data.used": "{by}: 내 데이터를 이용했습니다", "data.broke_glass": "응급 상황에서 내 데이터가 열렸습니다",
    "delegation.named": "{delegate}: 서명할 사람으로 지정되었습니다", "study.results": "{by}: 결과가 나왔습니다 ({subject})",
    asks: "{name}의 요청", benefit: "받는 것", reference: "참조", answerBy: "답변 기한",
    data: "자료", purpose: "목적", action: "행위", until: "기한", from: "시작", period: "자료 기간", conditions: "조건",
    records: "지정 기록만", recordCount: "{count}건", always: "철회할 때까지", everything: "모든 것",
    forbidden: "금지", read: "읽고 결정하기", refuse: "거절", "sign.wallet": "지갑으로 서명", "sign.passkey": "패스키로 서명", narrow: "일부만 허용", change: "일부만 허용",
    back: "뒤로", noticeTitle: "알려 드리는 내용", more: "전체 내용", says: "서명할 내용", saysTo: "상대: {name}", changes: "달라지는 점", exact: "서명하는 내용 전체 (원문 그대로)", exactNote: "서명할 때 시각은 그 순간으로, 잠금값은 내 비밀값의 것으로 바뀌며 그 밖에는 그대로입니다.",
    exactEnd: "서명할 때 시각은 그 순간으로, 비밀값은 (알고 있으면) 이 동의의 잠금을 여는 값으로 바뀌며 그 밖에는 그대로입니다.",
    "ends.permit": "{name}에 대한 동의를 지금부터 철회합니다.", "ends.forbid": "{name}에 대한 금지를 지금부터 해제합니다. 다른 동의가 허용하는 것은 다시 허용됩니다.",
    nothingChanges: "이 상대에 대한 첫 동의입니다.", narrowTitle: "허용할 것만 남겨 두세요", showDraft: "서명할 내용 보기",
    endDate: "기한 (그날 끝까지, UTC)", nothingLeft: "남은 것이 없습니다. 거절하거나 철회하세요.", transferRequest: "전송요구",
    requested: "답변 대기", granted: "동의함", granted_narrower: "일부만 동의함", refused: "거절함", withdrawn: "요청자가 취소함",
    expired: "만료됨", byWish: "내 뜻에 따라 자동 답변", byQuestion: "상대가 내 데이터를 물었으나 거절되었습니다. 상대는 내가 이 사실을 안다는 것을 모릅니다.",
    "asks.passkey": "기기가 한 번 묻습니다. 그 창에는 내용이 나오지 않으며, 서명하는 것은 위에 보이는 내용입니다.",
    keepKey: "이 파일을 보관하세요", keepKeyText: "이 서버 없이도 {name}에 대한 동의를 체인에서 직접 철회할 수 있는 비밀값이 들어 있습니다. 이 파일을 가진 사람은 누구나 철회할 수 있습니다. 패스키로는 다시 만들 수 없고, 이 페이지를 닫으면 사라집니다.",
    saveKey: "파일 저장", unsaved: "아직 저장하지 않은 파일이 있습니다. 먼저 저장하거나, 저장 없이 나가려면 로그아웃을 한 번 더 누르세요.", keyKept: "저장했습니다. 본인만 찾을 수 있는 곳에 보관하세요.", keyFile: "서명할 때 저장한 파일 (withdraw-….json), 있으면 선택하세요", wrongKey: "이 동의의 파일이 아닙니다.",
    noKeyText: "파일이 없어도 여기에서는 지금부터 철회됩니다. 다만 체인에는 철회 표시가 남지 않아, 체인만 확인하는 곳에서는 아직 유효한 동의로 볼 수 있습니다.",
    "asks.wallet": "지갑이 두 번 묻습니다. 먼저 이 서버 없이도 철회할 수 있는 비밀값, 다음으로 동의입니다.",
    "asksEnd.wallet": "지갑이 두 번 묻습니다. 먼저 체인에도 철회를 알리는 비밀값, 다음으로 철회입니다.", "asksEnd.once": "지갑이 철회 서명을 한 번 묻습니다.",
    active: "유효", pending: "체인 기록 중", revoked: "철회됨", superseded: "새 버전으로 대체됨", withdraw: "철회",
    endsThis: "끝나는 내용", endsNow: "그 순간부터 이 동의로는 아무것도 읽을 수 없습니다.", version: "버전 {version}, 서명 {at}",
    copy: "사본 저장", signedBy: "{name}님이 대신 서명 ({relation})", onPaper: "종이 동의, 증인 두 명: {name} 외 1명",
    older: "지난 동의", withdrawnNow: "철회했습니다. 지금부터 거절됩니다.", liftedNow: "해제했습니다. 지금부터 금지하지 않습니다.", ended: "함께 끝난 것",
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
const CONDITIONS = { // as `ledger.wording` has them
  en: {
    once: "each record once", "max-uses": "number of uses", "aggregate-only": "only sums over groups of at least", "retain-until": "to be deleted by",
    "every-days": "each record once every so many days", redact: "without this part", mask: "with this part blacked out", pseudonymise: "without your name",
    "emergency-only": "only in an emergency", "no-onward-transfer": "not to be passed on",
  },
  ko: {
    once: "기록마다 한 번만", "max-uses": "이용 횟수", "aggregate-only": "최소 집단 크기의 합계만", "retain-until": "파기 기한",
    "every-days": "기록마다 한 번, 주기(일)", redact: "이 항목 제외", mask: "이 항목 가림", pseudonymise: "가명 처리",
    "emergency-only": "응급 시에만", "no-onward-transfer": "제3자 제공 금지",
  },
};
const ROLES = { // as `ledger.wording` has them; in English the signed name says it
  holder: "데이터 보유 기관", hospital: "병원", trial: "임상시험팀", insurer: "보험사", merchant: "판매업체", researcher: "연구자", responder: "응급 구조대",
  reviewer: "심사자", authority: "후견인 지정 기관", witness: "증인", "enforcement-point": "접근 통제 시스템", operator: "운영자",
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

/** The grantee as people read it; `name` is the one that is signed. */
export function nameOf(grantee, name) {
  const [, role] = /^role:(.*)$/s.exec(grantee) ?? [];
  if (language !== "ko") return name;
  return grantee === "*" ? "모든 사람" : role ? `인증된 모든 ${Object.hasOwn(ROLES, role) ? ROLES[role] : role}` : name;
}

/** What a revocation of a consent with these grants ends, as `ledger.summaries` says it. */
export function endOfConsent({ grantee, granteeName }, grants) {
  const effects = grants.length ? grants.map(({ effect }) => effect) : ["permit"];
  return ["permit", "forbid"].filter((effect) => effects.includes(effect)).map((effect) => say(`ends.${effect}`, { name: nameOf(grantee, granteeName) }));
}
export const actionOf = (code) => (code === "*" ? say("everything") : ACTIONS[language][code] ?? code);
export function conditionOf(text) {
  const [name, value] = text.split(/:(.*)/s), known = CONDITIONS[language][name];
  if (!known) return text;
  return value ? `${known} (${name === "retain-until" ? moment(Number(value)) : value})` : known;
}
const LATEST = 253_402_300_799; // the last second of the year 9999
export const moment = (seconds) =>
  new Date(Math.min(Number(seconds), LATEST) * 1000).toLocaleString(language === "ko" ? "ko-KR" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
