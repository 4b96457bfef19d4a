"""Vocabulary of this service: its categories, one for each FHIR R4 resource type among them, and its purposes."""

from __future__ import annotations

from mydata_ledger.formats.fhir.types import types
from mydata_ledger.formats.profile.kind import CLINICAL_PROFILE, PROFILE_PURPOSE
from mydata_ledger.ledger.emergency import EmergencyScope
from mydata_ledger.ledger.vocabulary import Catalog, Term

PURPOSES_OF_USE = """
HMARKT - Healthcare marketing|보건 마케팅
HOPERAT - Healthcare operations|의료기관 운영
CAREMGT HOPERAT Care management|진료 관리
DONAT HOPERAT Donation|기증
FRAUD HOPERAT Fraud detection|부정 탐지
GOV HOPERAT Government|행정
HACCRED HOPERAT Health accreditation|의료기관 인증
HCOMPL HOPERAT Health compliance|의료 규정 준수
HDECD HOPERAT Care of the deceased|사망자 처리
HDIRECT HOPERAT Directory|인명부
HDM HOPERAT Healthcare delivery management|의료 제공 관리
HLEGAL HOPERAT Legal matters|법률 업무
HOUTCOMS HOPERAT Health outcome measures|치료 결과 측정
HPRGRP HOPERAT Health programme reporting|보건 사업 보고
HQUALIMP HOPERAT Health quality improvement|의료 질 향상
HSYSADMIN HOPERAT Health system administration|의료 시스템 관리
LABELING HSYSADMIN Labelling of data|데이터 표지
METAMGT HSYSADMIN Metadata management|메타데이터 관리
MEMADMIN HOPERAT Member administration|가입자 관리
MILCDM HOPERAT Military command|군 지휘
MLTRAINING HOPERAT Training of machine learning|기계 학습 훈련
PATADMIN HOPERAT Patient administration|환자 관리
PATSFTY HOPERAT Patient safety|환자 안전
PERFMSR HOPERAT Performance measures|성과 측정
RECORDMGT HOPERAT Records management|기록 관리
SYSDEV HOPERAT System development|시스템 개발
HTEST SYSDEV Test data|시험 데이터
TRAIN HOPERAT Training of staff|직원 교육
HPAYMT - Payment for health care|의료비 지급
CLMATTCH HPAYMT Claim attachments|청구 첨부
COVAUTH HPAYMT Coverage authorisation|보장 승인
COVERAGE HPAYMT Coverage decisions|보장 판단
ELIGDTRM COVERAGE Eligibility decisions|자격 판정
ELIGVER COVERAGE Eligibility checks|자격 확인
ENROLLM COVERAGE Enrolment|가입
MILDCRG COVERAGE Military discharge|전역
PMTDS HPAYMT Payment decisions with decision support|의사결정 지원 지급 판단
REMITADV HPAYMT Remittance advice|지급 통지
HRESCH - Health research|보건 연구
BIORCH HRESCH Biomedical research|생의학 연구
CLINTRCH HRESCH Clinical trial research|임상시험 연구
CLINTRCHNPC CLINTRCH Clinical trial research without patient care|진료 없는 임상시험 연구
CLINTRCHPC CLINTRCH Clinical trial research with patient care|진료가 있는 임상시험 연구
PRECLINTRCH CLINTRCH Preclinical trial research|전임상 연구
DSRCH HRESCH Research on one disease|특정 질병 연구
POARCH HRESCH Research on origins and ancestry|혈통·기원 연구
TRANSRCH HRESCH Translational research|중개 연구
PATRQT - At the patient's request|환자 요청
FAMRQT PATRQT At the family's request|가족 요청
PWATRNY PATRQT Under a power of attorney|위임장에 따른 요청
SUPNWK PATRQT Support network|지원망
PUBHLTH - Public health|공중 보건
DISASTER PUBHLTH Disaster|재난
THREAT PUBHLTH Threat to public health|공중 보건 위협
TREAT - Treatment|치료
CLINTRL TREAT Treatment in a clinical trial|임상시험 치료
COC TREAT Coordination of care|진료 조정
ETREAT TREAT Emergency treatment|응급 치료
BTG ETREAT Emergency access without consent|긴급 열람
ERTREAT ETREAT Emergency room treatment|응급실 치료
POPHLTH TREAT Population health|인구 집단 건강
TREATDS TREAT Treatment decisions with decision support|의사결정 지원 치료 판단
"""
"""A line for each concept below `PurposeOfUse` of HL7's code system v3-ActReason: the code, the code above it (`-` for
none), and the labels, which are ours.

Source: http://terminology.hl7.org/CodeSystem/v3-ActReason, version 4.0.0 of 2024-02-28 (HL7/UTG at commit a19c2636 of
2026-08-04; CC0). Until release 0.1.0 `CAREMGT` was below `TREAT` here (ADR 57).
"""


SENSITIVE = {
    "health.condition": ("MH", "HIV", "STD", "SEX", "ETH", "GDIS", "SDV"),
    "health.encounter": ("MH", "SEX", "ETH"),
    "health.lab": ("HIV", "STD", "GDIS", "ETH"),
    "health.medication": ("MH", "HIV", "STD", "SEX", "ETH"),
    "health.observation": ("MH", "SEX", "ETH"),
    "health.procedure": ("SEX", "MH", "SDV"),
    "health.report": ("MH", "HIV", "STD", "SEX", "GDIS", "SDV"),
    "health.claim": ("MH", "HIV", "STD", "SEX", "ETH"),
    "health.careplan": ("MH", "ETH"),
    "health.other.sequence": ("GDIS",),
    "health.other.questionnaire": ("MH", "SEX", "ETH", "SDV"),
    CLINICAL_PROFILE.category: ("MH", "HIV", "STD", "SEX", "ETH", "GDIS"),
}
"""What regularly stands in records of these types (`ledger.sensitivity`); a claim has the codes of its diagnoses."""


def _purposes() -> dict[str, Term]:
    rows = [line.split(" ", 2) for line in PURPOSES_OF_USE.strip().splitlines()]
    return {f"hl7:{code}": Term(*labels.split("|"), *_above(above)) for code, above, labels in rows}


def _above(code: str) -> list[str]:
    return [] if code == "-" else [f"hl7:{code}"]


CATALOG = Catalog(
    name="health",
    area=Term("All health data", "모든 건강 기록"),
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
        CLINICAL_PROFILE.category: Term("Clinical profile", "임상 프로필"),
        **{category: term for _, category, term in types()},
    },
    purposes={
        "mydata:SELF_VIEW": Term("Seeing my own data", "본인 열람"),
        PROFILE_PURPOSE: Term("Building my clinical profile here", "내 임상 프로필 작성"),
        **_purposes(),
    },
    derived=frozenset({CLINICAL_PROFILE.category}),
    sensitive=SENSITIVE,
    identifying=frozenset(
        {
            *("subject", "patient", "beneficiary", "individual", "reference", "display", "telecom", "deceased"),
            *("text", "div", "extension", "modifierExtension", "contained", "fullUrl", "data", "presentedForm"),
            *("title", "comments", "authorString", "valueString", "contentString", "valueAttachment", "multipleBirth"),
        }
    ),
    emergency=EmergencyScope(
        urgent=("health.allergy", "health.condition", "health.medication", "health.device", "health.procedure"),
        further=("health",),
    ),
)
