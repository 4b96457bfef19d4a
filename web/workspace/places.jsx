// What stands at each address: the page of a place, or why there is none for this account.
import { Lock, SearchX, UserRound } from "lucide";
import { Button } from "../kit/button.jsx";
import { Empty } from "../kit/card.jsx";
import { Icon } from "../kit/icon.jsx";
import { messages } from "../kit/messages.js";
import { roleOf } from "../portal/parties/parties.js";
import { signOut } from "../portal/session.js";
import { RequestsPage } from "./asking/requests_page.jsx";
import { IncidentsPage } from "./incidents/incidents_page.jsx";
import { IssuingPage } from "./issuing/issuing_page.jsx";
import { isFor } from "./destinations.js";
import { OperatingPage } from "./operating/operating_page.jsx";
import { usePresent } from "./party.js";
import { SearchPage } from "./reading/search_page.jsx";
import { ReceiptsPage } from "./receipts/receipts_page.jsx";
import { ReviewsPage } from "./reviewing/reviews_page.jsx";
import { SelfPage } from "./self/self_page.jsx";
import { ServicesPage } from "./services/services_page.jsx";

/** @import { Place, PlaceName } from "./destinations.js" */
const t = messages(
  { role: "This place is for: {roles}. The register on the chain does not give your organisation that role.", home: "To my organisation", unknown: "There is no page at this address.",
    none: "This account is no accredited organisation. The operator of this ledger accredits organisations in a register on the chain.", person: "My own data", other: "Sign in with another account" },
  { role: "이 화면은 다음 역할을 위한 것입니다: {roles}. 체인의 등록부에서 우리 기관에는 이 역할이 없습니다.", home: "우리 기관으로", unknown: "이 주소에는 페이지가 없습니다.",
    none: "이 계정은 인증된 기관이 아닙니다. 기관은 이 원장의 운영자가 체인의 등록부에 등록하여 인증합니다.", person: "내 데이터", other: "다른 계정으로 로그인" },
);
/** @type {Partial<Record<PlaceName, preact.ComponentType<any>>>} */
const PAGES = { issuing: IssuingPage, incidents: IncidentsPage, self: SelfPage, requests: RequestsPage, search: SearchPage, receipts: ReceiptsPage, services: ServicesPage, reviews: ReviewsPage, operating: OperatingPage };

/** The page of a place, for parties that have one of its roles. @param {{ place: Place, id?: string, part?: string, service?: string }} props */
export function RolePage({ place, ...parts }) {
  const { party } = usePresent(), Page = PAGES[place.name];
  if (!isFor(place, party?.roles ?? [])) return <Empty icon={<Icon of={Lock} />} text={t("role", { roles: place.roles.map(roleOf).join(", ") })}><Home /></Empty>;
  return Page ? <Page {...parts} /> : <Unknown />;
}

/** An address that leads nowhere. */
export const Unknown = () => <Empty icon={<Icon of={SearchX} />} text={t("unknown")}><Home /></Empty>;

const Home = () => <div class="actions"><a class="quiet" href="/workspace">{t("home")}</a></div>;

/** An account of a person. */
export const NotAParty = () => (
  <Empty icon={<Icon of={UserRound} />} text={t("none")}>
    <div class="actions"><a class="primary" href="/portal">{t("person")}</a><Button onClick={signOut}>{t("other")}</Button></div>
  </Empty>
);
