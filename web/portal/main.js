// The page: who is signed in, which view is open, and errors.
import { chosenWard, forgetWards, loadWards, onWardChosen, showWards } from "./acting.js";
import { Refused, signOut } from "./api.js";
import { showConsents } from "./consents.js";
import { showInbox, showTimeline } from "./history.js";
import { checkSaved, forgetSecrets } from "./keys.js";
import { showRecords } from "./records.js";
import { countOpenRequests, showRequests } from "./requests.js";
import { byId, el, loadVocabulary, onClick } from "./view.js";
import { NoWallet } from "./wallet.js";
import { showWelcome, signInMethods } from "./welcome.js";
import { showWishes } from "./wishes.js";
import { language, lookUp, setLanguage, translate } from "./words.js";

/** @import { Account } from "./answers" */
/** @import { Language, Word } from "./words.js" */
const VIEWS = { inbox: showInbox, records: showRecords, requests: showRequests, consents: showConsents, timeline: showTimeline, wishes: showWishes };
/** @typedef {keyof typeof VIEWS} View */
const NAMES = /** @type {View[]} */ (Object.keys(VIEWS));
/** The views of a person for whom somebody else acts. @type {View[]} */
const OF_WARD = ["records", "requests", "timeline"];
const REJECTED = 4001, POLL_MS = 4000;
/** The texts of errors of the browser, by their names. @type {Record<string, Word>} */
const BROWSER_ERRORS = { NotAllowedError: "passkeyCancelled", AbortError: "passkeyCancelled", InvalidStateError: "hasPasskey", SecurityError: "wrongSite", NotSupportedError: "noPasskeys" };

/** The portal of one person. */
export class Page {
  /** @type {View} */
  view = "inbox";
  /** @type {Account | null} */
  #account = null;
  #last = Promise.resolve();

  /** The account that signs for the person. Throws if nobody is signed in. */
  get account() {
    if (!this.#account) throw new Error(translate("signedOut"));
    return this.#account;
  }

  /** Show a status text, which screen readers read out. @param {string} text */
  announce(text) {
    for (const status of document.querySelectorAll("[role=status].help")) status.textContent = text;
  }

  /** Run a step after those before it; an error is shown on the page. @param {() => unknown} step */
  run(step) {
    byId("problem").hidden = true;
    return (this.#last = this.#last.then(step).then(() => {}, (error) => this.#showError(error)));
  }

  /** @param {Error} error */
  async #showError(error) {
    if (error instanceof Refused && error.status === 401) this.#showSignedOut();
    if (error instanceof Refused && error.status === 403 && chosenWard()) await this.#leaveEnded();
    const known = wordOf(error);
    this.announce("");
    Object.assign(byId("problem"), { textContent: known ? translate(known) : error.message, hidden: false });
    byId("problem").scrollIntoView({ block: "nearest" });
  }

  /** Show one's own data again if one acts no longer for the person that was chosen. */
  async #leaveEnded() {
    await loadWards();
    if (!chosenWard()) await this.showPerson();
  }

  /** Sign in with the account that the person chooses. @param {() => Promise<Account>} choose */
  async signIn(choose) {
    if (!window.isSecureContext) throw new Error(translate("needsHttps", { origin: location.origin }));
    this.announce(translate("loading"));
    const account = await choose();
    await account.signIn();
    this.#account = account;
    await loadVocabulary();
    await loadWards();
    byId("account").replaceChildren(accountView(account.name));
    [byId("welcome").hidden, byId("signed-in").hidden] = [true, false];
    await this.showPerson();
    byId(`tab-${this.view}`).focus();
  }

  /** Show what is about the person that was chosen, oneself or another. */
  async showPerson() {
    for (const name of NAMES) byId(name).replaceChildren(); // what was shown is about somebody else
    await this.open(shownViews().includes(this.view) ? this.view : shownViews()[0]);
  }

  #showSignedOut() {
    [byId("welcome").hidden, byId("signed-in").hidden] = [false, true];
    this.#account = null;
    forgetSecrets();
    forgetWards();
    for (const name of NAMES) byId(name).replaceChildren();
    showWelcome();
    byId("welcome-title").focus();
  }

  /** End the session. Throws, once, if a secret is not saved. */
  async signOut() {
    checkSaved();
    await signOut();
    this.#showSignedOut();
  }

  /** Open a view. @param {View} view */
  async open(view) {
    this.view = view;
    for (const name of NAMES) {
      byId(name).hidden = name !== view;
      byId(`tab-${name}`).hidden = !shownViews().includes(name);
      byId(`tab-${name}`).setAttribute("aria-selected", String(name === view));
      byId(`tab-${name}`).tabIndex = name === view ? 0 : -1;
    }
    byId(`tab-${view}`).scrollIntoView({ block: "nearest", inline: "center" });
    byId(view).replaceChildren(); // so that nobody clicks on what is about to be replaced
    await this.refresh("");
  }

  /**
   * Render the view again, with `news` above it. The focus goes to the news or the tab if its element is gone.
   * @param {string} text @param {HTMLElement} [news]
   */
  async refresh(text, news) {
    this.announce(translate("loading"));
    await this.#render(news);
    this.announce(text);
    if (document.activeElement !== document.body) return;
    const title = /** @type {HTMLElement | null | undefined} */ (news?.querySelector("[tabindex]"));
    if (title) title.focus();
    else byId(`tab-${this.view}`).focus({ preventScroll: true });
  }

  /** Render the inbox again if it is open: new messages come in there. */
  async poll() {
    if (this.#account && this.view === "inbox" && !document.hidden) await this.#render();
  }

  /** Render the view, with `news` above it. @param {HTMLElement} [news] */
  async #render(news) {
    await VIEWS[this.view](byId(this.view), this);
    if (news) byId(this.view).prepend(news);
    if (!chosenWard()) showCount(await countOpenRequests());
  }

  get isSignedIn() {
    return this.#account !== null;
  }
}

/** The text of a known error. @type {(error: Error & { code?: unknown }) => Word | undefined} */
function wordOf(error) {
  if (error.code === REJECTED) return "cancelled";
  if (error instanceof NoWallet) return "noWallet";
  return error instanceof DOMException ? lookUp(BROWSER_ERRORS, error.name) : undefined;
}

/** @type {(name: string) => HTMLElement} */
function accountView(name) {
  const short = name.length > 50 ? `${name.slice(0, 10)}…${name.slice(-8)}` : "";
  return short ? el("details", {}, el("summary", {}, el("code", {}, short)), el("code", {}, name)) : el("code", {}, name);
}

/** The views of the person for whom the page acts. */
const shownViews = () => (chosenWard() ? OF_WARD : NAMES);

/** @type {(open: number) => void} */
function showCount(open) {
  const tab = byId("tab-requests");
  tab.querySelector(".count")?.remove();
  if (open) tab.append(el("span", { class: "count" }, String(open)));
}

/** Open the view beside the tab that has the focus on an arrow key; a view may still be loading. @type {(event: KeyboardEvent) => void} */
function moveByArrow({ key }) {
  const step = lookUp({ ArrowRight: 1, ArrowLeft: -1 }, key);
  if (!step) return;
  const names = shownViews(), from = names.findIndex((name) => byId(`tab-${name}`) === document.activeElement);
  const next = names[((from < 0 ? names.indexOf(page.view) : from) + step + names.length) % names.length];
  page.run(() => page.open(next));
  byId(`tab-${next}`).focus();
}

const page = new Page();
for (const name of NAMES) byId(`tab-${name}`).addEventListener("click", () => page.run(() => page.open(name)));
byId("tabs").addEventListener("keydown", moveByArrow);
for (const [id, choose] of Object.entries(signInMethods)) onClick(/** @type {HTMLButtonElement} */ (byId(id)), () => page.run(() => page.signIn(choose)));
onClick(/** @type {HTMLButtonElement} */ (byId("sign-out")), () => page.run(() => page.signOut()));
for (const button of /** @type {NodeListOf<HTMLElement & { dataset: { language: Language } }>} */ (document.querySelectorAll("[data-language]")))
  button.addEventListener("click", () => {
    setLanguage(button.dataset.language);
    showWards();
    page.isSignedIn ? page.run(() => page.open(page.view)) : showWelcome();
  });
onWardChosen(() => page.run(() => page.showPerson()));
setInterval(() => page.poll().catch(() => undefined), POLL_MS);
setLanguage(language);
showWelcome();
