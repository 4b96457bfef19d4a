// Which person a holder means: by its patient number, which never stands in an address, or by their account.
import { messages } from "../../kit/messages.js";
import { Refused, pages, post } from "../../portal/api.js";

/** @import { Binding } from "../../portal/personal_answers" */
/** @import { Patient } from "./choice.js" */
/** A binding as the holder sees it. @typedef {Binding & { data_subject: string }} HeldBinding */
const ACCOUNT = /^0x([0-9a-fA-F]{2}){20,84}$/, NUMBER = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,62}[A-Za-z0-9])?$/;
const SIZE = 100;
const t = messages(
  { form: "A patient number has up to 64 letters, digits and . _ / - between them. An account begins with 0x.", unknown: "No person was ever bound to this number. Let the patient make a code, and bind it.", state: "This number is bound to nobody now: the binding {state, select, disputed {is disputed} other {has ended}}. Bind it anew with a new code." },
  { form: "환자 번호는 64자까지의 영문자와 숫자이며, 사이에 . _ / - 를 쓸 수 있습니다. 계정은 0x로 시작합니다.", unknown: "이 번호에 연결된 사람이 없습니다. 환자에게 연결 번호를 받아 연결해 주세요.", state: "이 번호는 지금 연결되어 있지 않습니다: {state, select, disputed {이의가 제기되었습니다} other {연결이 끝났습니다}}. 새 연결 번호로 다시 연결해 주세요." },
);

/** Every binding of the holder's numbers, the newest first. @type {() => Promise<HeldBinding[]>} */
export const loadBindings = async () => (await pages("/bindings", (/** @type {HeldBinding} */ one) => one.binding_id, SIZE)).reverse();

/** The number, if it is one. Throws with a sentence. @type {(text: string) => string} */
export function checkedNumber(text) {
  if (!NUMBER.test(text)) throw new Error(t("form"));
  return text;
}

/** The newest binding of a number. Throws with a sentence if there never was one. @type {(text: string) => Promise<HeldBinding>} */
export async function findBinding(text) {
  try {
    return await post("/bindings/search", { patient_number: checkedNumber(text) });
  } catch (error) {
    throw error instanceof Refused && error.status === 404 ? new Error(t("unknown")) : error;
  }
}

/** The person of a patient number or an account. Throws with a sentence unless the number is bound now. @type {(text: string) => Promise<Patient>} */
export async function findPatient(text) {
  if (ACCOUNT.test(text)) return { signer: text.toLowerCase(), number: "" };
  const { data_subject: signer, patient_number: number, state } = await findBinding(text);
  if (state !== "active") throw new Error(t("state", { state }));
  return { signer, number };
}
