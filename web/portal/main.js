// The page: who is signed in, which view is open, what went wrong.
import { Refused, signOut } from "./api.js";
import { showConsents } from "./consents.js";
import { showInbox, showTimeline } from "./history.js";
import { checkSaved, forgetSecrets } from "./keys.js";
import { openRequests, showRequests } from "./requests.js";
import { el, learnWords, starts } from "./view.js";
import { NoWallet } from "./wallet.js";
import { showWelcome, welcome } from "./welcome.js";
import { language, say, speak } from "./words.js";
import { showWishes } from "./wishes.js";

const VIEWS = { inbox: showInbox, requests: showRequests, consents: showConsents, timeline: showTimeline, wishes: showWishes };
const REJECTED = 4001, NEWS_MS = 4000;
const PROMPTS = { NotAllowedError: "passkeyCancelled", AbortError: "passkeyCancelled", InvalidStateError: "hasPasskey", SecurityError: "wrongSite", NotSupportedError: "noPasskeys" };
const at = (id) => document.getElementById(id);

class Page {
  hand = null; // what signs for the person: a wallet or a passkey
  view = "inbox";
  #last = Promise.resolve();

  tell(text) {
    for (const one of document.querySelectorAll("[role=status].help")) one.textContent = text;
  }

  /** Run a step once those before it are done; whatever goes wrong is said on the page. */
  doing(step) {
    at("problem").hidden = true;
    return (this.#last = this.#last.then(() => this.#run(step)));
  }

  async #run(step) {
    try {
      await step();
    } catch (error) {
      this.#complain(error);
    }
  }

  #complain(error) {
    if (error instanceof Refused && error.status === 401) this.#leave();
    const known = error.code === REJECTED ? "cancelled" : error instanceof NoWallet ? "noWallet" : error instanceof DOMException && PROMPTS[error.name];
    const text = known ? say(known) : error.message;
    this.tell("");
    Object.assign(at("problem"), { textContent: text, hidden: false });
    at("problem").scrollIntoView({ block: "nearest" });
  }

  async enter(choose) {
    if (!window.isSecureContext) throw new Error(say("needsHttps", { origin: location.origin }));
    this.tell(say("loading"));
    const hand = await choose();
    await hand.signIn();
    this.hand = hand;
    await learnWords();
    const { name } = hand, short = name.length > 50 ? `${name.slice(0, 10)}…${name.slice(-8)}` : "";
    at("account").replaceChildren(short ? el("details", {}, el("summary", {}, el("code", {}, short)), el("code", {}, name)) : el("code", {}, name));
    [at("welcome").hidden, at("signed-in").hidden] = [true, false];
    await this.open(this.view);
    at(`tab-${this.view}`).focus();
  }

  #leave() {
    [at("welcome").hidden, at("signed-in").hidden] = [false, true];
    this.hand = null;
    forgetSecrets();
    for (const name of Object.keys(VIEWS)) at(name).replaceChildren();
    showWelcome();
    at("welcome-title").focus();
  }

  async exit() {
    checkSaved();
    await signOut();
    this.#leave();
  }

  async open(view) {
    this.view = view;
    for (const name of Object.keys(VIEWS)) {
      at(name).hidden = name !== view;
      at(`tab-${name}`).setAttribute("aria-selected", String(name === view));
      at(`tab-${name}`).tabIndex = name === view ? 0 : -1;
    }
    at(view).replaceChildren(); // nobody acts on what is about to be drawn anew
    await this.refresh("");
  }

  /** Draw the view anew, with news `above` it. Whose place on the page is gone goes on from there, not from its top. */
  async refresh(text, above) {
    this.tell(say("loading"));
    await this.#draw(above);
    this.tell(text);
    if (document.activeElement !== document.body) return;
    if (above) above.querySelector("[tabindex]").focus();
    else at(`tab-${this.view}`).focus({ preventScroll: true });
  }

  /** What is new, without a word: the inbox is where news come in. */
  async look() {
    if (this.hand && this.view === "inbox" && !document.hidden) await this.#draw();
  }

  async #draw(above) {
    await VIEWS[this.view](at(this.view), this);
    if (above) at(this.view).prepend(above);
    this.#count(await openRequests());
  }

  #count(open) {
    const tab = at("tab-requests");
    tab.querySelector(".count")?.remove();
    if (open) tab.append(el("span", { class: "count" }, String(open)));
  }
}

function arrows(event) {
  const names = Object.keys(VIEWS), step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = names[(names.indexOf(page.view) + step + names.length) % names.length];
  page.doing(() => page.open(next));
  at(`tab-${next}`).focus();
}

const page = new Page();
for (const name of Object.keys(VIEWS)) at(`tab-${name}`).addEventListener("click", () => page.doing(() => page.open(name)));
at("tabs").addEventListener("keydown", arrows);
for (const [id, choose] of Object.entries(welcome)) starts(at(id), () => page.doing(() => page.enter(choose)));
starts(at("sign-out"), () => page.doing(() => page.exit()));
for (const chosen of document.querySelectorAll("[data-language]"))
  chosen.addEventListener("click", () => {
    speak(chosen.dataset.language);
    page.hand ? page.doing(() => page.open(page.view)) : showWelcome();
  });
setInterval(() => page.look().catch(() => undefined), NEWS_MS);
speak(language);
showWelcome();
