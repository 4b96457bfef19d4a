// Loading that notices when the session, or the right to act for somebody, is over.
import { reportProblem } from "../kit/problems.jsx";
import { Refused } from "./api.js";

/**
 * The same loading; if the server refuses because of who asks, the page says so and shows what is left to see.
 * @template {unknown[]} Given @template T
 * @param {(...given: Given) => Promise<T>} load
 * @returns {(...given: Given) => Promise<T>}
 */
export const watched = (load) => async (...given) => {
  try {
    return await load(...given);
  } catch (error) {
    if (error instanceof Refused && [401, 403].includes(error.status)) await reportProblem(error);
    throw error;
  }
};
