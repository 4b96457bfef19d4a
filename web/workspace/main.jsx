// The workspace of an organisation: sign-in, the pages of its roles, and what happens on errors.
import { LocationProvider, Route, Router } from "preact-iso";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { Failed, Waiting, useLoaded } from "../kit/loading.jsx";
import { useLanguage } from "../kit/language.js";
import { useLive } from "../kit/live.js";
import { Notices, onProblem } from "../kit/problems.jsx";
import { resume, sentenceOf, useSession } from "../portal/session.js";
import { Progress } from "../portal/signing/progress.jsx";
import { WORKSPACES } from "./destinations.js";
import { loadParty, useFreshParty, usePresent } from "./party.js";
import { NotAParty, RolePage, Unknown } from "./places.jsx";
import { Footer, Header, Navigation, Who } from "./shell.jsx";
import { Welcome } from "./welcome.jsx";

/** The pages of a party that is signed in. */
function SignedIn() {
  useFreshParty();
  const loaded = useLoaded(loadParty, []), { party, isLoaded } = usePresent(), language = useLanguage();
  useLive("session", loaded.refresh);
  if (loaded.error) return <Failed error={loaded.error} again={loaded.reload} />;
  if (!isLoaded) return <Waiting />;
  return (
    <div id="signed-in" key={`${language} ${party?.account ?? ""}`}>
      <Who />
      <div class="columns">
        <Navigation />
        <div class="page">
          {party ? (
            <Router>
              {WORKSPACES.flatMap((place) => place.paths.map((path) => <Route key={path} path={path} component={RolePage} place={place} />))}
              <Route default component={Unknown} />
            </Router>
          ) : <NotAParty />}
        </div>
      </div>
    </div>
  );
}

function App() {
  const { state } = useSession();
  useLanguage();
  useEffect(() => void resume(), []);
  return (
    <LocationProvider scope="/workspace">
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
