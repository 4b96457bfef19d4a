// The texts about erasing records.
import { messages } from "../../kit/messages.js";

/** Texts of the erasure of records. */
export const t = messages(
  {
    title: "Erase records", back: "More", intro: "Choose the records to erase. It cannot be undone, so you see first what it means.",
    choose: "Which records", all: "All of these", none: "There is no record to erase.", from: "{name}, {day}", self: "declared by yourself", go: "Show what it means",
    nothing: "Choose at least one record.", tooMany: "At most {count} records at a time: choose fewer.",
    means: "This is what it means", keys: "{count, plural, one {The key of one record is destroyed for good. Nobody can read it again, you included.} other {The keys of # records are destroyed for good. Nobody can read them again, you included.}}",
    readers: "Who has read a record keeps what they know and what they copied. It cannot be called back.",
    source: "The hospital or company that issued a record keeps its own file of you. Ask them if you want that erased too.",
    links: "Share links that show one of these records end, and what was computed from them is deleted.",
    stays: "That there was a record, when it was read, and that you erased it stays recorded, without its content. That is what your certificate rests on.",
    records: "These records", sign: "Erase: {sign}", step: "{done} of {count} signed", change: "Change my choice", done: "Erased. Nobody can read it again.", doneMany: "{count, plural, one {One record is erased.} other {# records are erased.}} Nobody can read them again.",
    certificates: "Certificates of what you erased", certificate: "Certificate of erasure", open: "Certificate",
    certified: "This record was erased for good. The signed erasure and the signed issue of the record prove it.",
    what: "Data", holder: "Issued by", issued: "Issued", erased: "Erased", record: "Record", signer: "Signed by", technical: "Technical details",
    waiting: "The erasure is not on the chain yet. The certificate is complete once it is; that takes seconds to minutes.", missing: "There is no certificate for this record. It may not be yours, or not be erased.",
    signed: "signed", accepted: "key destroyed", chain: "on chain", progress: "How far it is", save: "Save the certificate", print: "Print",
  },
  {
    title: "기록 삭제", back: "더보기", intro: "삭제할 기록을 선택해 주세요. 되돌릴 수 없으므로 무엇이 달라지는지 먼저 보여 드립니다.",
    choose: "삭제할 기록", all: "모두 선택", none: "삭제할 기록이 없습니다.", from: "{name}, {day}", self: "본인 제출", go: "무엇이 달라지는지 보기",
    nothing: "기록을 하나 이상 선택해 주세요.", tooMany: "한 번에 {count}건까지 삭제할 수 있습니다. 더 적게 선택해 주세요.",
    means: "삭제하면 이렇게 됩니다", keys: "기록 {count}건의 열쇠를 영구히 파기합니다. 본인을 포함하여 누구도 다시 읽을 수 없습니다.",
    readers: "이미 열람한 곳이 알고 있거나 복사해 둔 내용은 되돌릴 수 없습니다.",
    source: "기록을 발급한 병원이나 회사가 가진 원본은 그대로입니다. 원본도 지우려면 그곳에 요청해 주세요.",
    links: "이 기록을 보여 주는 공유 링크는 끝나고, 이 기록으로 계산해 둔 내용은 삭제됩니다.",
    stays: "기록이 있었다는 것, 열람된 때, 본인이 삭제했다는 사실은 내용 없이 남습니다. 삭제 확인서가 여기에 근거합니다.",
    records: "삭제할 기록", sign: "삭제: {sign}", step: "{count}건 중 {done}건 서명", change: "다시 선택", done: "삭제했습니다. 이제 누구도 읽을 수 없습니다.", doneMany: "기록 {count}건을 삭제했습니다. 이제 누구도 읽을 수 없습니다.",
    certificates: "삭제 확인서", certificate: "삭제 확인서", open: "확인서",
    certified: "이 기록은 영구히 삭제되었습니다. 서명된 삭제와 서명된 발급이 이를 증명합니다.",
    what: "데이터 항목", holder: "발급한 곳", issued: "발급한 때", erased: "삭제한 때", record: "기록", signer: "서명한 사람", technical: "기술 정보",
    waiting: "아직 체인에 기록되지 않았습니다. 기록되면 확인서가 완성됩니다. 몇 초에서 몇 분이 걸립니다.", missing: "이 기록의 확인서가 없습니다. 내 기록이 아니거나 삭제되지 않았습니다.",
    signed: "서명함", accepted: "열쇠 파기됨", chain: "체인 기록됨", progress: "진행 상황", save: "확인서 저장", print: "인쇄",
  },
);
