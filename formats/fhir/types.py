"""The FHIR R4 types that records have, and the category of each."""

from __future__ import annotations

from mydata_ledger.ledger.vocabulary import Term

TYPES = """
identity Patient person Identity|신원
identity Person person-link Links between identities|신원 연결
identity RelatedPerson related-person Relatives and carers|가족·보호자
encounter Appointment appointment Appointments|진료 예약
encounter AppointmentResponse appointment-response Answers to appointments|예약 응답
encounter Encounter visit Records of visits|방문
encounter EpisodeOfCare episode Episodes of care|진료 에피소드
condition ClinicalImpression impression Clinical impressions|임상 소견
condition Condition problem Diagnosed problems|진단·문제
condition DetectedIssue detected-issue Detected issues|발견된 문제
condition FamilyMemberHistory family-history Family history|가족력
condition Flag warning Warnings|주의 표시
condition RiskAssessment risk Risk assessments|위험 평가
lab Observation observation Laboratory values|검사 수치
lab DiagnosticReport report Laboratory reports|검사 보고서
lab Specimen specimen Specimens|검체
report DiagnosticReport diagnostic Diagnostic reports|진단 보고서
report Composition composition Structured documents|구조화 문서
report DocumentManifest document-set Sets of documents|문서 묶음
report DocumentReference document Documents|문서
medication Medication product Medicines|의약품
medication MedicationAdministration administration Medicines given|투여
medication MedicationDispense dispense Medicines dispensed|조제
medication MedicationRequest prescription Prescriptions|처방
medication MedicationStatement statement Medicines taken|복용
medication NutritionOrder nutrition Nutrition orders|영양 처방
allergy AdverseEvent adverse-event Adverse events|이상 반응
allergy AllergyIntolerance intolerance Allergies and intolerances|알레르기·과민 반응
immunization Immunization vaccination Vaccinations|접종
immunization ImmunizationEvaluation evaluation Evaluations of vaccinations|접종 평가
immunization ImmunizationRecommendation recommendation Recommended vaccinations|접종 권고
procedure Procedure done Procedures done|시행한 시술
procedure ServiceRequest order Orders for services|검사·시술 의뢰
procedure VisionPrescription vision Prescriptions for glasses and lenses|안경·렌즈 처방
device Device product Devices|기기
device DeviceRequest order Orders for devices|기기 의뢰
device DeviceUseStatement use Use of devices|기기 사용
device SupplyDelivery delivery Deliveries of supplies|물품 인도
device SupplyRequest supply-order Orders for supplies|물품 의뢰
careplan CarePlan plan Care plans|개별 치료 계획
careplan CareTeam team Care teams|진료팀
careplan Goal goal Goals|목표
careplan RequestGroup order-group Groups of orders|의뢰 묶음
imaging BodyStructure body-structure Body structures|신체 구조
imaging ImagingStudy study Imaging studies|영상 검사
imaging Media media Images and recordings|사진·녹화
claim Account account Billing accounts|진료비 계정
claim ChargeItem charge Charges|수가 항목
claim Claim request Claims|청구
claim ClaimResponse response Answers to claims|청구 응답
claim Coverage coverage Coverage|보장
claim CoverageEligibilityRequest eligibility-request Questions about coverage|보장 확인 요청
claim CoverageEligibilityResponse eligibility Answers about coverage|보장 확인 응답
claim EnrollmentRequest enrolment Enrolments|가입 신청
claim ExplanationOfBenefit benefit Explanations of benefit|급여 내역
claim Invoice invoice Invoices|진료비 명세
other AuditEvent audit Audit events|감사 기록
other Basic basic Records without a type of their own|유형 없는 기록
other Binary binary Files|파일
other Communication communication Messages|연락
other CommunicationRequest communication-request Requests for messages|연락 요청
other Consent consent Consents|동의서
other Group group Groups|집단
other List list Lists|목록
other MeasureReport measure Quality measures|질 평가
other MolecularSequence sequence Molecular sequences|유전체 서열
other Provenance provenance Provenance|출처
other QuestionnaireResponse questionnaire Answers to questionnaires|설문 응답
other ResearchSubject research-subject Participation in research|연구 참여
other Schedule schedule Schedules|일정
"""
"""A line for each FHIR type that records have: the kind, the type, the last part of its own category, and the labels.
Until release 8 records were issued with the category of the kind; such a record may be of any of its types.
"""


def types() -> list[tuple[str, str, Term]]:
    """The FHIR types that records have: the type, its own category, and that category's labels."""
    rows = [line.split(" ", 3) for line in TYPES.strip().splitlines()]
    return [(kind, f"health.{above}.{last}", Term(*labels.split("|"))) for above, kind, last, labels in rows]
