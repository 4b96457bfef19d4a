// Names from outside within a sentence: each stands by itself, so that one written from right to left, or with such marks in
// it, does not turn the words around it.

/** Invisible characters that change the direction of what follows. */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/gu;
const NAME = /\u2068([^\u2069]*)\u2069/u;

/** A name as a value of a message whose text `Sentence` shows. @type {(name: string) => string} */
export const isolated = (name) => `\u2068${name.replace(DIRECTION, "")}\u2069`;

/** The text without what marks its names, for places that take no elements. @type {(text: string) => string} */
export const plainText = (text) => text.replace(DIRECTION, "");

/** A text of a message, with each isolated name in an element of its own. @param {{ text: string }} props */
export const Sentence = ({ text }) => <>{text.split(NAME).map((part, index) => (index % 2 ? <bdi key={index} class="name">{part}</bdi> : part))}</>;

/** A name from outside that stands alone. @param {{ of: string }} props */
export const Name = ({ of }) => <bdi class="name">{of.replace(DIRECTION, "")}</bdi>;
