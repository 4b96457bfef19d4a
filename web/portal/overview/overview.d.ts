// What `GET /me/overview` answers.
import type { Whole } from "../answers";

/** A consent with permits that are not over; `permitted` are the categories in which something could be read now. */
export interface Permit {
  consent: string;
  grantee: string;
  grantee_name: string;
  categories: string[];
  permitted: string[];
  until: Whole;
  status: string;
}

/** A consent of which a permit ends soon. */
export interface Ending {
  consent: string;
  grantee: string;
  grantee_name: string;
  categories: string[];
  ends: Whole;
}

/** Questions of others on one day. */
export interface DayOfReads {
  day: string;
  permitted: number;
  refused: number;
  searched: number;
}

export interface CategoryCount {
  category: string;
  records: number;
  newest_issued_at: number;
}

/** A declared emergency. */
export interface OverviewIncident {
  incident: string;
  responder: string;
  responder_name: string;
  reason: string;
  declared_at: number;
  until: number;
  open: boolean;
}

/** A delegate who acted for the person in the last seven days. */
export interface ActiveDelegate {
  account: string;
  name: string;
  relation: string;
  acted_at: number;
}

export interface OverviewAnswer {
  open_requests: number;
  nothing_permitted: boolean;
  has_consented: boolean;
  permits: Permit[];
  ends_soon: Ending[];
  days: DayOfReads[];
  days_complete: boolean;
  records: CategoryCount[];
  incidents: OverviewIncident[];
  delegates: ActiveDelegate[];
}
