// Icons of Lucide, drawn in the colour of the text around them.
import { h } from "preact";

/** @import { IconNode } from "lucide" */

/** An icon; it is hidden from screen readers, since a text stands beside it. @param {{ of: IconNode, size?: number }} props */
export const Icon = ({ of, size = 20 }) => (
  <svg class="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    {of.map(([tag, attributes], number) => h(tag, { ...attributes, key: number }))}
  </svg>
);
