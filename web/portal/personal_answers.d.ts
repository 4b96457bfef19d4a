// What the HTTP API answers about what a person shares, keeps, ends and declares themselves.
import type { Whole } from "./answers";

/** A share link; `name` identifies it and opens nothing. */
export interface LinkView {
  name: string;
  label: string;
  /** L long-term, P passcode, U one file. */
  flag: string;
  made_at: number;
  expires: Whole;
  remaining_attempts: number;
  opened: number;
  /** 0 if it was never opened. */
  last_opened: number;
  size: number;
  live: boolean;
}
