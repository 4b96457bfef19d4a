// Cards, badges, facts and what is folded away.
/** @typedef {"good" | "bad" | "wait" | ""} Tone */

/**
 * A card with a heading, a badge beside it, and what it says.
 * @param {{ title: preact.ComponentChildren, label?: string, badge?: preact.ComponentChildren, tone?: "open" | "active" | "alarm" | "", id?: string, children?: preact.ComponentChildren }} props
 */
export const Card = ({ title, label, badge, tone = "", id, children }) => (
  <article class={`card ${tone}`} id={id} aria-label={label}>
    <div class="top"><h2 tabIndex={-1}>{title}</h2>{badge}</div>
    {children}
  </article>
);

/** A short mark. @param {{ tone?: Tone, children: preact.ComponentChildren }} props */
export const Badge = ({ tone = "", children }) => <span class={`badge ${tone}`}>{children}</span>;

/**
 * Pairs of a name and a value; those without a value are left out.
 * @param {{ of: [name: string, value: preact.ComponentChildren][], class?: string }} props
 */
export const Facts = ({ of, class: more = "" }) => (
  <dl class={more}>
    {of.filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false).map(([name, value]) => (
      <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
    ))}
  </dl>
);

/** What is shown only to those who open it. @param {{ title: string, id?: string, class?: string, open?: boolean, children: preact.ComponentChildren }} props */
export const Fold = ({ title, id, class: more, open, children }) => <details id={id} class={more} open={open}><summary>{title}</summary>{children}</details>;

/**
 * Nothing is there: a picture, a sentence, and one action.
 * @param {{ icon: preact.ComponentChildren, text: string, children?: preact.ComponentChildren }} props
 */
export const Empty = ({ icon, text, children }) => <div class="none"><span class="picture" aria-hidden="true">{icon}</span><p>{text}</p>{children}</div>;
