// The purposes that each role usually has.
/** @type {Record<string, string>} */
const USUAL = { trial: "hl7:CLINTRCH", researcher: "hl7:HRESCH", insurer: "hl7:CLMATTCH", merchant: "hl7:HMARKT", hospital: "hl7:TREAT", holder: "hl7:TREAT", responder: "hl7:ETREAT" };

/** The purpose that a party with these roles begins with. @type {(roles: string[]) => string} */
export const usualPurpose = (roles) => roles.map((role) => USUAL[role]).find(Boolean) ?? "hl7:TREAT";
