// The requests to the person: those that wait for an answer first.
import { Inbox } from "lucide";
import { Empty, Fold } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { asPerson, get, pages } from "../api.js";
import { useOwnLists } from "../live.js";
import { loadParties } from "../parties/parties.js";
import { translate } from "../words.js";
import { RequestCard } from "./request_card.jsx";

/** @import { Consent, ConsentRequest } from "../answers" */
/** @import { Parties } from "../parties/parties.js" */
/** Everything that the cards show. @typedef {{ requests: ConsentRequest[], consents: Consent[], parties: Parties }} Requests */
const t = messages(
  { none: "Nobody has asked you for anything. When somebody does, you read here what they want, and decide.", wishes: "Say now what you never want to be asked", answered: "Answered and past ({count})", all: "All requests", unknown: "There is no such request to you." },
  { none: "받은 요청이 없습니다. 요청이 오면 여기에서 내용을 읽고 결정할 수 있습니다.", wishes: "받고 싶지 않은 요청을 미리 정하기", answered: "답변했거나 끝난 요청 ({count})", all: "모든 요청", unknown: "이런 요청이 없습니다." },
);
const PAGE = 100;

/** @type {() => Promise<Requests>} */
async function load() {
  const [requests, consents, parties] = await Promise.all([
    pages("/me/requests", (/** @type {ConsentRequest} */ request) => request.request_id, PAGE), /** @type {Promise<Consent[]>} */ (get(asPerson("/consents"))), loadParties(),
  ]);
  return { requests: requests.reverse(), consents, parties };
}

/** Every request. */
export function Requests() {
  const loaded = useLoaded(load, []);
  useOwnLists("requests", loaded.refresh);
  return (
    <section aria-labelledby="page-title">
      <h2 id="page-title" tabIndex={-1}>{translate("requests")}</h2>
      <div id="requests"><Loaded of={loaded}>{(all) => <RequestList all={all} reload={loaded.reload} />}</Loaded></div>
    </section>
  );
}

/** @param {{ all: Requests, reload: () => Promise<void> }} props */
function RequestList({ all, reload }) {
  const open = all.requests.filter(({ state }) => state === "requested"), past = all.requests.filter(({ state }) => state !== "requested");
  const card = (/** @type {ConsentRequest} */ request) => <RequestCard key={request.request_id} request={request} all={all} reload={reload} />;
  if (!all.requests.length) return <Empty icon={<Icon of={Inbox} size={48} />} text={t("none")}><a class="quiet" href="/portal/wishes">{t("wishes")}</a></Empty>;
  return <>{open.map(card)}{past.length > 0 && <Fold title={t("answered", { count: past.length })} open={!open.length || past.length < 4}>{past.map(card)}</Fold>}</>;
}

/** One request, at an address of its own. @param {{ id: string }} props */
export function OneRequest({ id }) {
  const loaded = useLoaded(load, [id]);
  useOwnLists("requests", loaded.refresh);
  return (
    <section aria-labelledby="page-title">
      <h2 id="page-title" tabIndex={-1}>{translate("requests")}</h2>
      <div id="requests">
        <Loaded of={loaded}>{(all) => {
          const request = all.requests.find(({ request_id }) => request_id === id);
          return request ? <RequestCard request={request} all={all} reload={loaded.reload} isWhole /> : <p class="none">{t("unknown")}</p>;
        }}</Loaded>
        <p><a href="/portal/requests">{t("all")}</a></p>
      </div>
    </section>
  );
}
