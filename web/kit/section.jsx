// A page: its heading, the way back to the list it belongs to, and one sentence about what it is for.
import { ChevronLeft } from "lucide";
import { Icon } from "./icon.jsx";

/** @param {{ title: string, intro?: string, id?: string, back?: { href: string, text: string }, children: preact.ComponentChildren }} props */
export const Section = ({ title, intro, id, back, children }) => (
  <section aria-labelledby="page-title" id={id}>
    {back && <a class="back" href={back.href}><Icon of={ChevronLeft} />{back.text}</a>}
    <h2 id="page-title" tabIndex={-1}>{title}</h2>
    {intro && <p class="intro">{intro}</p>}
    {children}
  </section>
);
