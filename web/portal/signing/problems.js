// What can go wrong between signing and the ledger: each has its own sentence, and a way on.
import { messages } from "../../kit/messages.js";
import { Refused } from "../api.js";

const t = messages(
  {
    stale: "Meanwhile something newer was signed or answered, in another tab or on another device. This signature was not used, and nothing of it counts.", showPresent: "Show what holds now",
    session: "Your session ended while you signed. Your signature is kept on this page: sign in again, then send it. You need not sign again.",
    server: "The server does not answer. Your signature is kept on this page and may not have arrived: send it again. You need not sign again.",
    busy: "The server cannot take it now. Your signature is kept on this page: send it again in a moment. You need not sign again.",
    unsent: "A signature has not arrived yet: send it first, or sign out once more to go without it.",
    chain: "Your wallet is on chain {own}, and this ledger is on chain {needed}. Nothing was signed.", switchChain: "Switch my wallet to chain {needed}",
    unknownChain: "Your wallet does not know chain {needed}. Add it in the wallet, with the address of a node that you trust, then sign again. Nothing was signed.",
  },
  {
    stale: "그사이 다른 탭이나 기기에서 더 새로운 내용에 서명하거나 답변했습니다. 이 서명은 쓰이지 않았고 아무 효력이 없습니다.", showPresent: "지금 유효한 내용 보기",
    session: "서명하는 동안 로그인이 만료되었습니다. 서명은 이 페이지에 보관되어 있으니 다시 로그인한 뒤 보내세요. 다시 서명하지 않아도 됩니다.",
    server: "서버가 응답하지 않습니다. 서명은 이 페이지에 보관되어 있으며 아직 도착하지 않았을 수 있습니다. 다시 보내세요. 다시 서명하지 않아도 됩니다.",
    busy: "지금은 서버가 받을 수 없습니다. 서명은 이 페이지에 보관되어 있습니다. 잠시 후 다시 보내세요. 다시 서명하지 않아도 됩니다.",
    unsent: "아직 도착하지 않은 서명이 있습니다. 먼저 보내거나, 보내지 않고 나가려면 로그아웃을 한 번 더 누르세요.",
    chain: "지갑은 체인 {own}에, 이 원장은 체인 {needed}에 있습니다. 서명하지 않았습니다.", switchChain: "지갑을 체인 {needed}[으로/로] 바꾸기",
    unknownChain: "지갑이 체인 {needed}[을/를] 모릅니다. 믿을 수 있는 노드의 주소로 지갑에 추가한 뒤 다시 서명하세요. 서명하지 않았습니다.",
  },
);
const UNKNOWN_CHAIN = 4902;
/** An error with a button beside its sentence. @typedef {Error & { way?: { label: string, href?: string, run?: () => unknown } }} Stuck */

/** That signing out loses a signature. @type {() => string} */
export const unsentText = () => t("unsent");

/** @type {(text: string, way?: Stuck["way"]) => Stuck} */
const stuck = (text, way) => Object.assign(new Error(text), { way });

/** Why a signed statement could not be sent, if it is worth sending again; undefined if it was refused for good. @type {(error: Error) => string | undefined} */
export function unsentReason(error) {
  if (!(error instanceof Refused)) return error instanceof TypeError || error instanceof SyntaxError ? t("server") : undefined;
  return error.status === 401 ? t("session") : error.status >= 500 || error.status === 429 ? t("busy") : undefined;
}

/** The error for a statement that was refused for good. @type {(error: Error) => Error} */
export function refusal(error) {
  const isStale = error instanceof Refused && error.code === "stale_consent";
  return isStale ? stuck(t("stale"), { label: t("showPresent"), href: "/portal/consents" }) : error;
}

/**
 * The error of a wallet on another chain, with a button to switch it.
 * @type {(own: string, needed: string, provider: NonNullable<Window["ethereum"]>) => Error}
 */
export const wrongChain = (own, needed, provider) => stuck(t("chain", { own, needed }), { label: t("switchChain", { needed }), run: () => switchChain(needed, provider) });

/** @type {(needed: string, provider: NonNullable<Window["ethereum"]>) => Promise<void>} */
async function switchChain(needed, provider) {
  try {
    await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId: `0x${BigInt(needed).toString(16)}` }] });
  } catch (error) {
    throw /** @type {{ code?: number }} */ (error).code === UNKNOWN_CHAIN ? stuck(t("unknownChain", { needed })) : error;
  }
}
