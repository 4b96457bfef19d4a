// The clinical profile: read and opened in this browser, and the consent by which it is built.
import { get } from "../api.js";
import { bytesOf } from "../bytes.js";
import { isLive } from "../consents/consents.jsx";
import { grantOf } from "../grants/terms.js";
import { loadProver } from "../proofs/prover.js";
import { ownKey } from "../records/opening.js";
import { decisionFor, generalNotice, shownDraft } from "../signing/draft.js";

/** @import { Consent } from "../answers" */
/** @import { Fact, OwnProfile } from "../personal_answers" */
/** @typedef {OwnProfile & { facts: Fact[], sourceIds: string[] }} OpenedProfile */

/** The profile, opened; without facts where there is none. @type {() => Promise<OpenedProfile>} */
export async function loadProfile() {
  const key = await ownKey();
  /** @type {OwnProfile} */
  const profile = await get(`/health/profile?reader_key=${key.given}`);
  if (!profile.sealed) return { ...profile, facts: [], sourceIds: [] };
  const prover = await loadProver(), recordId = bytesOf(profile.record_id);
  const sealed = Uint8Array.from(atob(profile.sealed), (character) => character.charCodeAt(0));
  const { content } = await prover.openSealed(sealed, await prover.unwrap(bytesOf(profile.wrapped_key), key.own, recordId), recordId);
  const { facts, sources } = JSON.parse(new TextDecoder().decode(content));
  return { ...profile, facts, sourceIds: sources.map((/** @type {string[]} */ [id]) => `0x${id}`) };
}

/** The consent to the builder that holds now; undefined without one. @type {(profile: OwnProfile) => Promise<Consent | undefined>} */
export async function builderConsent({ turn_on: { grantee } }) {
  return (await get("/consents")).filter((consent) => isLive(consent) && consent.grantee === grantee).at(-1);
}

/** The draft that turns the profile on until `expires`, beside what is allowed to the builder now. @type {(profile: OwnProfile, expires: number) => Promise<import("../signing/draft.js").Shown>} */
export async function draftTurnOn(profile, expires) {
  const { grantee, categories, purposes, actions } = profile.turn_on, present = await builderConsent(profile);
  const grants = [...(present?.grants ?? []), grantOf({ categories: [...categories].sort(), purposes, actions, expires })];
  return shownDraft(decisionFor({ grantee, noticeHash: await generalNotice() }, grants));
}
