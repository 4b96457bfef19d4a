// What a person can be told of on another channel, in groups. Without elements.

/** The events of each group. */
export const GROUPS = /** @type {const} */ ({
  asked: ["consent.asked"],
  consents: ["consent.granted", "consent.withdrawn", "consent.expiring"],
  used: ["data.used"],
  emergencies: ["data.broke_glass", "data.emergency_extended"],
  links: ["link.opened", "link.passcode_wrong", "link.made", "export.made"],
  delegates: ["delegation.named"],
  hospitals: ["binding.made", "binding.ended", "binding.disputed", "record.withdrawn", "record.reissued"],
  contact: ["contact.sent", "study.results"],
  kept: ["retention.ended"],
});
/** @typedef {keyof typeof GROUPS} Group */
export const ALL_GROUPS = /** @type {Group[]} */ (Object.keys(GROUPS));
/** The server takes so many at most; an empty list means every event. */
export const MOST_EVENTS = 16;

/** The events of groups; empty for all groups. @type {(groups: Group[]) => string[]} */
export const eventsOf = (groups) => (groups.length === ALL_GROUPS.length ? [] : groups.flatMap((group) => [...GROUPS[group]]));

/** The groups of which a subscription has events; all for an empty list. @type {(events: string[]) => Group[]} */
export const groupsOf = (events) => ALL_GROUPS.filter((group) => !events.length || GROUPS[group].some((event) => events.includes(event)));

/** The group of an event; undefined for an event that no group has. @type {(event: string) => Group | undefined} */
export const groupOf = (event) => ALL_GROUPS.find((group) => /** @type {readonly string[]} */ (GROUPS[group]).includes(event));
