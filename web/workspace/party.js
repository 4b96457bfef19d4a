// Which party is signed in, and whether this page can open what is released to it: the key for that is made at each load of
// the page, so after a reload the party signs once more.
import { useLocation } from "preact-iso";
import { useEffect } from "preact/hooks";
import { createStore } from "../kit/store.js";
import { messages } from "../kit/messages.js";
import { Refused, get } from "../portal/api.js";
import { ownKey } from "../portal/records/opening.js";
import { presentAccount, signIn } from "../portal/session.js";

/** @import { Account, Party } from "../portal/answers" */
/** `party` is null for an account that is no party; `opens` is true while the session names the key of this page. @typedef {{ party: Party | null, opens: boolean, isLoaded: boolean }} Present */
const AGAIN_MS = 20_000, NOBODY = { party: null, opens: false, isLoaded: false };
const store = createStore(/** @type {Present} */ (NOBODY));
const t = messages({ gone: "This organisation is not accredited now, so it can ask for nothing." }, { gone: "이 기관은 현재 인증되지 않아 아무것도 요청할 수 없습니다." });
/** The account whose session names the key of this page. */
let keyed = "";

/** The party that is signed in; the component follows it. */
export const usePresent = store.use;

/** Sign in with a session that names this page's key. @type {(choose: () => Promise<Account>) => Promise<void>} */
export async function signInAs(choose) {
  const { given } = await ownKey();
  await signIn(choose, given);
  keyed = presentAccount().address;
  await loadParty();
}

/** Sign once more, so that this page can open records. */
export const nameKey = () => signInAs(async () => presentAccount());

/** Read what the register says of the account that is signed in. */
export async function loadParty() {
  const { address } = presentAccount();
  store.set({ party: await partyWith(address), opens: keyed === address, isLoaded: true });
}

/** Read it again at each page, when the page is looked at, and once in a while: an accreditation may end while the page is open. */
export function useFreshParty() {
  const { path } = useLocation();
  useEffect(() => {
    const read = () => void (document.hidden || loadParty().catch(() => undefined)), timer = setInterval(read, AGAIN_MS);
    read();
    addEventListener("focus", read);
    return () => {
      clearInterval(timer);
      removeEventListener("focus", read);
    };
  }, [path]);
}

/** Forget the party. */
export const forgetParty = () => store.set(NOBODY);

/** The party that is signed in. Throws if the account is none. @type {() => Party} */
export function presentParty() {
  const { party } = store.get();
  if (!party) throw new Error(t("gone"));
  return party;
}

/** @type {(address: string) => Promise<Party | null>} */
async function partyWith(address) {
  try {
    return await get(`/parties/${address}`);
  } catch (error) {
    if (error instanceof Refused && (error.status === 404 || error.status === 422)) return null;
    throw error;
  }
}
