// Standing wishes as a list that a form changes. A wish that the form has no place for is kept, and shown in words.

/** @import { Wish } from "../answers" */
/** Purposes that the form offers. */
export const PURPOSES = ["hl7:HMARKT", "hl7:HRESCH"];
/** Requesters for whom the form offers how long a consent may last at most. */
export const ROLES = ["hospital", "trial", "researcher", "insurer", "merchant"];
/** Never for a purpose, whatever the data. @type {(purpose: string) => Wish} */
export const neverFor = (purpose) => ({ kind: "never", purpose, category: "*", topics: [] });
/** Never about a category, whatever the purpose. @type {(category: string) => Wish} */
export const neverAbout = (category) => ({ kind: "never", purpose: "*", category, topics: [] });
/** To be asked, instead of a refusal without notice. @type {Wish} */
export const ASK = { kind: "ask", purpose: "*", category: "*", topics: [] };
/** @type {(topic: string) => Wish} */
const tell = (topic) => ({ kind: "tell", purpose: "*", category: "*", topics: [topic] });

/** True if two wishes are the same. @type {(one: Wish, other: Wish) => boolean} */
const isSame = (one, other) => one.kind === other.kind && one.purpose === other.purpose && one.category === other.category && one.topics.join("\n") === other.topics.join("\n");

/** True if the wish is in the list. @type {(wishes: Wish[], wish: Wish) => boolean} */
export const hasWish = (wishes, wish) => wishes.some((one) => isSame(one, wish));

/** The list with the wish, or without it. @type {(wishes: Wish[], wish: Wish, isSet: boolean) => Wish[]} */
export const withWish = (wishes, wish, isSet) => [...wishes.filter((one) => !isSame(one, wish)), ...(isSet ? [wish] : [])];

/** True for a wish to be told of offers about one topic. @type {(wish: Wish) => boolean} */
const isTopic = (wish) => wish.kind === "tell" && wish.topics.length === 1 && isSame(wish, tell(wish.topics[0]));

/** The topics of which the person wants to be told. @type {(wishes: Wish[]) => string[]} */
export const topicsOf = (wishes) => wishes.filter(isTopic).map(({ topics }) => topics[0]);

/** The list with exactly these topics. @type {(wishes: Wish[], topics: string[]) => Wish[]} */
export const withTopics = (wishes, topics) => [...wishes.filter((wish) => !isTopic(wish)), ...[...new Set(topics)].map(tell)];

/** The words in a text, by commas. @type {(text: string) => string[]} */
export const wordsIn = (text) => text.split(",").map((word) => word.trim().toLowerCase()).filter(Boolean);

/** Wishes that the form has no place for. @type {(wishes: Wish[], categories: string[]) => Wish[]} */
export const otherWishes = (wishes, categories) =>
  wishes.filter((wish) => !isTopic(wish) && !isSame(wish, ASK) && !PURPOSES.some((code) => isSame(wish, neverFor(code))) && !categories.some((code) => isSame(wish, neverAbout(code))));
