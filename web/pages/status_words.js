// The words of the status page that its script adds.

/** @typedef {{ asking: string, degraded: string, down: string, allOnChain: string, noParties: string, consents: string,
 *   records: string, access: string, serving: (chain: number, block: string) => string, waiting: (count: string) => string,
 *   similar: (account: string) => string, ofOnChain: (anchored: string, accepted: string) => string, roles: Record<string, string> }} StatusWords */
/** By language. English shows roles by their codes; the Korean names are those of ledger/labels.py. @type {{ en: StatusWords, ko: StatusWords }} */
export const WORDS = {
  en: {
    asking: "Asking…",
    degraded: "Questions are answered “unknown”, withdrawals are still accepted. The reason:",
    down: "This server does not answer. Start it again with: mydata up",
    allOnChain: "all on chain",
    noParties: "None yet. Accredit one with: mydata party add",
    consents: "Consents and withdrawals",
    records: "Records",
    access: "Accesses and refusals",
    serving: (chain, block) => `Serving. Chain ${chain} followed to block ${block}.`,
    waiting: (count) => `${count} not on chain yet`,
    ofOnChain: (anchored, accepted) => `${anchored} of ${accepted} on chain`,
    similar: (account) => `Its name looks like that of ${account}.`,
    roles: {},
  },
  ko: {
    asking: "확인 중…",
    degraded: "지금은 모든 조회에 “알 수 없음”으로 답하며, 철회는 계속 접수합니다. 이유(영문):",
    down: "서버가 응답하지 않습니다. 다시 시작하려면: mydata up",
    allOnChain: "모두 체인에 있음",
    noParties: "아직 없습니다. 인증하려면: mydata party add",
    consents: "동의와 철회",
    records: "기록",
    access: "열람과 거절",
    serving: (chain, block) => `정상입니다. 체인 ${chain}의 ${block}번 블록까지 따라갔습니다.`,
    waiting: (count) => `${count}건은 아직 체인에 없음`,
    ofOnChain: (anchored, accepted) => `${accepted}건 중 ${anchored}건이 체인에 있음`,
    similar: (account) => `이름이 ${account}의 이름과 비슷해 보입니다.`,
    roles: {
      holder: "데이터 보유 기관", hospital: "병원", trial: "임상시험팀", insurer: "보험사", merchant: "판매업체", researcher: "연구자", responder: "응급 구조대",
      reviewer: "심사자", authority: "후견인 지정 기관", witness: "증인", "enforcement-point": "접근 통제 시스템", operator: "운영자", collector: "수집자",
    },
  },
};
