// Why a part of a file is skipped, in Korean; the server says it in English (formats/fhir).
import { language } from "../../kit/language.js";

/** The beginnings of the reasons. @type {Record<string, string>} */
const KOREAN = {
  "describes no person": "사람에 관한 자원이 아니어서 기록이 되지 않습니다",
  "refers to a Patient other than": "이 파일의 환자가 아닌 다른 환자를 가리킵니다. 그 환자의 파일로 발급해 주세요",
  "refers to a group": "구성원이 다르거나 알 수 없는 그룹을 가리킵니다. 그룹 없이 발급해 주세요",
  "stands in the file twice": "파일에 두 번 들어 있습니다",
  "an older version": "파일에 더 새로운 판이 있습니다",
  "was deleted at its source": "원본 시스템에서 삭제되었습니다",
  "another content in this file": "종류와 id가 같은 다른 내용이 파일에 있고, 어느 쪽이 새로운지 알 수 없습니다",
  "not FHIR": "FHIR 자원이 아닙니다",
  "nested more than": "너무 깊이 들어 있습니다. 바깥 구조에서 꺼내 주세요",
  "has no entries": "항목이 없습니다",
  "has no resource": "자원이 없습니다",
  "not a parameter": "자원이나 값이 있는 매개변수가 아닙니다",
};

/** The reason as the page says it, with the language of the text. @type {(reason: string) => { text: string, lang: string }} */
export function reasonText(reason) {
  const known = language === "ko" ? Object.keys(KOREAN).find((start) => reason.startsWith(start)) : undefined;
  return known ? { text: KOREAN[known], lang: "ko" } : { text: reason, lang: "en" };
}
