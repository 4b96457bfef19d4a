// The page: who is signed in, which view is open, what went wrong.
import { Refused, signIn, signOut } from "./api.js";
import { showConsents } from "./consents.js";
import { showInbox, showTimeline } from "./history.js";
import { openRequests, showRequests } from "./requests.js";
import { el, learnWords } from "./view.js";
import { NoWallet, connect } from "./wallet.js";
import { language, say, speak } from "./words.js";
import { showWishes } from "./wishes.js";

const VIEWS = { inbox: showInbox, requests: showRequests, consents: showConsents, timeline: showTimeline, wishes: showWishes };
const REJECTED = 4001, NEWS_MS = 4000;
const at = (id) => document.getElementById(id);

class Page {
  wallet = null;
  view = "inbox";
  #last = Promise.resolve();

  tell(text) {
    at("status").textContent = text;
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
    const text = error.code === REJECTED ? say("cancelled") : error instanceof NoWallet ? say("noWallet") : error.message;
    this.tell("");
    Object.assign(at("problem"), { textContent: text, hidden: false });
    at("problem").scrollIntoView({ block: "nearest" });
  }

  async enter() {
    this.wallet = await connect();
    await signIn(this.wallet);
    await learnWords();
    at("account").textContent = this.wallet.address;
    [at("welcome").hidden, at("signed-in").hidden] = [true, false];
    await this.open(this.view);
  }

  #leave() {
    [at("welcome").hidden, at("signed-in").hidden] = [false, true];
    this.wallet = null;
    for (const name of Object.keys(VIEWS)) at(name).replaceChildren();
  }

  async exit() {
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
    await this.refresh("");
  }

  async refresh(text, above) {
    this.tell(say("loading"));
    await this.#draw(above);
    this.tell(text);
  }

  /** What is new, without a word: the inbox is where news come in. */
  async look() {
    if (this.wallet && this.view === "inbox" && !document.hidden) await this.#draw();
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
at("sign-in").addEventListener("click", () => page.doing(() => page.enter()));
at("sign-out").addEventListener("click", () => page.doing(() => page.exit()));
for (const chosen of document.querySelectorAll("[data-language]"))
  chosen.addEventListener("click", () => {
    speak(chosen.dataset.language);
    if (page.wallet) page.doing(() => page.open(page.view));
  });
setInterval(() => page.look().catch(() => undefined), NEWS_MS);
speak(language);
