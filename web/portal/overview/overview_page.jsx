// The first page after a sign-in: what needs an answer, who may read now, what was read lately, what ends soon.
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { get } from "../api.js";
import { RecoveryHint } from "../devices/recovery.jsx";
import { useOwnLists } from "../live.js";
import { watched } from "../watched.js";
import { Beginning } from "./beginning.jsx";
import { Emergencies } from "./emergencies.jsx";
import { EndsSoon, ReadersNow } from "./permits.jsx";
import { NewestMessages } from "./newest_messages.jsx";
import { OpenRequests, RecordTiles } from "./tiles.jsx";
import { ReadsOfWeek } from "./reads_of_week.jsx";

/** @import { OverviewAnswer } from "./overview" */
const t = messages({ title: "Home" }, { title: "홈" });

/** The page. */
export function Overview() {
  const overview = useLoaded(watched(loadOverview), []);
  useOwnLists("requests timeline consents", overview.refresh);
  return (
    <section aria-labelledby="page-title">
      <h2 id="page-title" class="visually-hidden" tabIndex={-1}>{t("title")}</h2>
      <div id="overview"><Loaded of={overview}>{(found) => (isNew(found) ? <Beginning /> : <Known of={found} />)}</Loaded></div>
      <RecoveryHint />
    </section>
  );
}

/** @param {{ of: OverviewAnswer }} props */
const Known = ({ of: found }) => (
  <>
    <Emergencies of={found.incidents} />
    <OpenRequests count={found.open_requests} />
    <ReadersNow of={found.permits} />
    <EndsSoon of={found.ends_soon} />
    <RecoveryHint />
    <ReadsOfWeek of={found} />
    <NewestMessages />
    <RecordTiles of={found.records} />
  </>
);

/** @type {() => Promise<OverviewAnswer>} */
const loadOverview = () => get(`/me/overview?zone=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC")}`);

/** True for a person about whom nothing happened yet. @type {(found: OverviewAnswer) => boolean} */
const isNew = ({ has_consented: hasConsented, open_requests: requests, records, incidents, days }) =>
  !hasConsented && !requests && !records.length && !incidents.length && days.every(({ permitted, refused, searched }) => !(permitted + refused + searched));
