// Shows a part of the page that builds its own elements (requests.js and the like) inside the components.
import { useEffect, useRef } from "preact/hooks";
import { announce, clearNotices, reportProblem } from "../kit/problems.jsx";
import { countRequests, presentAccount } from "./session.js";
import { translate } from "./words.js";

/** @typedef {(container: HTMLElement, page: Page) => Promise<void>} View */

/** What such a part may do with the page around it. */
export class Page {
  #last = Promise.resolve();

  /** @param {HTMLElement} container @param {View} view */
  constructor(container, view) {
    this.container = container;
    this.view = view;
  }

  /** The account that signs for the person. Throws if nobody is signed in. */
  get account() {
    return presentAccount();
  }

  /** Show a status text. @param {string} text */
  announce(text) {
    announce(text);
  }

  /** Run a step after those before it; an error is shown on the page. @param {() => unknown} step */
  run(step) {
    clearNotices();
    return (this.#last = this.#last.then(step).then(() => {}, reportProblem));
  }

  /** Show the part again, with `news` above it, which gets the focus. @param {string} text @param {HTMLElement} [news] */
  async refresh(text, news) {
    announce(translate("loading"));
    await this.view(this.container, this);
    if (news) this.container.prepend(news);
    announce(text);
    /** @type {HTMLElement | null | undefined} */ (news?.querySelector("[tabindex]"))?.focus();
    await countRequests();
  }
}

/** @param {{ id: string, title: string, view: View }} props */
export function ViewHost({ id, title, view }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    const container = place.current;
    if (!container) return;
    const page = new Page(container, view);
    page.run(() => view(container, page));
  }, [view]);
  return <section aria-labelledby="page-title"><h2 id="page-title" tabIndex={-1}>{title}</h2><div id={id} ref={place} /></section>;
}
