// The portal of one person: sign-in, the pages, and what happens on errors.
import { LocationProvider, Route, Router } from "preact-iso";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { Waiting } from "../kit/loading.jsx";
import { useLanguage } from "../kit/language.js";
import { Notices, onProblem } from "../kit/problems.jsx";
import { useActing } from "./acting.js";
import { Consents, OneConsent } from "./consents/consents.jsx";
import { RecoveryStep } from "./devices/recovery.jsx";
import { Keeping } from "./keeping.jsx";
import { Messages } from "./messages/messages_page.jsx";
import { More } from "./more.jsx";
import { Overview } from "./overview/overview_page.jsx";
import { RecordPage } from "./records/record_page.jsx";
import { RecordsPage } from "./records/records_page.jsx";
import { OneRequest, Requests } from "./requests/requests.jsx";
import { PERSONAL_PAGES } from "./personal_pages.jsx";
import { resume, sentenceOf, useSession } from "./session.js";
import { Footer, Header, Navigation, Person } from "./shell.jsx";
import { Progress } from "./signing/progress.jsx";
import { Timeline } from "./timeline/timeline_page.jsx";
import { Welcome } from "./welcome.jsx";
import { translate } from "./words.js";

const pages = {
  "/portal": Overview,
  "/portal/inbox": Messages,
  "/portal/records": RecordsPage,
  "/portal/records/:id": RecordPage,
  "/portal/requests": Requests,
  "/portal/requests/:id": OneRequest,
  "/portal/consents": Consents,
  "/portal/consents/:id": OneConsent,
  "/portal/timeline": Timeline,
  "/portal/more": More,
  ...PERSONAL_PAGES,
};

/** The page of a person who is signed in. */
const SignedIn = () => (
  <div id="signed-in" key={`${useActing().chosen} ${useLanguage()}`}>
    <Person />
    <Keeping />
    <RecoveryStep />
    <div class="columns">
      <Navigation />
      <div class="page">
        <Router>
          {Object.entries(pages).map(([path, component]) => <Route key={path} path={path} component={component} />)}
          <Route default component={NotFound} />
        </Router>
      </div>
    </div>
  </div>
);

/** An address of the portal that leads nowhere. */
const NotFound = () => <p class="none">{translate("noPage")} <a href="/portal">{translate("title")}</a></p>;

function App() {
  const { state } = useSession();
  useLanguage();
  useEffect(() => void resume(), []);
  return (
    <LocationProvider scope="/portal">
      <a class="skip" href="#page">{translate("skip")}</a>
      <Header />
      <main id="page" tabIndex={-1}>
        <Notices />
        <Progress />
        {state === "starting" ? <Waiting /> : state === "out" ? <Welcome /> : <SignedIn />}
      </main>
      <Footer />
    </LocationProvider>
  );
}

onProblem(sentenceOf);
const target = document.getElementById("app");
if (target) render(<App />, target);
