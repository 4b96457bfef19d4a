"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="health",
    categories={
        "health.identity": Term("Identity and address", "신원 정보"),
        "health.encounter": Term("Visits", "진료 방문"),
        "health.condition": Term("Diagnoses and problems", "진단·건강 문제"),
        "health.lab": Term("Laboratory results", "검사 결과"),
        "health.vitals": Term("Vital signs", "활력징후"),
        "health.observation": Term("Other observations", "기타 관찰"),
        "health.report": Term("Reports", "판독·보고서"),
        "health.medication": Term("Medication", "투약"),
        "health.allergy": Term("Allergies", "알레르기"),
        "health.immunization": Term("Immunisations", "예방접종"),
        "health.procedure": Term("Procedures", "시술·수술"),
        "health.device": Term("Devices and implants", "의료기기"),
        "health.careplan": Term("Care plans and goals", "치료 계획"),
        "health.imaging": Term("Imaging", "영상"),
        "health.claim": Term("Claims and bills", "청구·진료비"),
        "health.other": Term("Other health records", "기타 건강 기록"),
    },
    purposes={
        "mydata:SELF_VIEW": Term("Seeing my own data", "본인 열람"),
        "hl7:TREAT": Term("Treatment", "치료"),
        "hl7:CAREMGT": Term("Care management", "진료 관리", "hl7:TREAT"),
        "hl7:PATRQT": Term("At the patient's request", "환자 요청"),
    },
    identifying=frozenset(
        {
            *("subject", "patient", "beneficiary", "individual", "reference", "display", "telecom", "deceased"),
            *("text", "div", "extension", "modifierExtension", "contained", "fullUrl", "data", "presentedForm"),
            *("title", "comments", "authorString", "valueString", "contentString", "valueAttachment", "multipleBirth"),
        }
    ),
)
