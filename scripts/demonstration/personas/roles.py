"""Who a visitor can be, and what one can do as them, in English and Korean."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.vocabulary import Term

PATIENT, OPERATOR = "patient", "operator"


@dataclass(frozen=True, slots=True)
class PersonaRole:
    """A persona before it has a key: its role, and one sentence of what one can do as it.

    `participant` is the organisation in the demonstration's context; empty for the patient.
    """

    persona_id: str
    role: str
    can: Term
    participant: str = ""


PERSONA_ROLES = (
    PersonaRole(
        PATIENT,
        "person",
        Term(
            "See your records and who asked for them, answer two requests, withdraw a consent.",
            "내 기록과 조회 기록을 보고, 요청 두 건에 답하고, 동의를 철회할 수 있습니다.",
        ),
    ),
    PersonaRole(
        "hospital",
        "hospital",
        Term("Issue a record about a patient, and correct it.", "환자의 기록을 발급하고 정정할 수 있습니다."),
        "hospital-0",
    ),
    PersonaRole(
        "trial",
        "trial",
        Term(
            "Read results of patients who consented, and ask others for their consent.",
            "동의한 환자의 검사 결과를 열람하고, 다른 사람에게 동의를 요청할 수 있습니다.",
        ),
        "trial",
    ),
    PersonaRole(
        "insurer",
        "insurer",
        Term(
            "Read the visit of one claim, and ask a patient for what another claim needs.",
            "청구 한 건의 진료를 열람하고, 다른 청구에 필요한 자료를 환자에게 요청할 수 있습니다.",
        ),
        "insurer",
    ),
    PersonaRole(
        "merchant",
        "merchant",
        Term(
            "Get figures about groups of people, and never a single person's row.",
            "집단의 통계만 볼 수 있으며, 한 사람의 자료는 볼 수 없습니다.",
        ),
        "merchant",
    ),
    PersonaRole(
        "crew",
        "responder",
        Term(
            "Declare an emergency and read what is urgent; the patient is told.",
            "응급 상황을 선언하고 급한 정보를 열람할 수 있으며, 환자에게 알림이 갑니다.",
        ),
        "crew",
    ),
    PersonaRole(
        "reviewer",
        "reviewer",
        Term(
            "Examine emergency accesses and complaints, and give a verdict that the patient reads.",
            "응급 열람과 이의 제기를 살펴보고, 환자가 읽는 판정을 내릴 수 있습니다.",
        ),
        "reviewer",
    ),
    PersonaRole(
        OPERATOR,
        "operator",
        Term(
            "See the state of the ledger, and add, suspend or remove organisations in the register.",
            "원장의 상태를 보고, 등록부에서 기관을 추가·정지·삭제할 수 있습니다.",
        ),
        OPERATOR,
    ),
)
PATIENT_NAME = Term("Patient 1", "환자 1")
OPERATOR_NAME = Term("Ledger Operations", "원장 운영팀")
WARNING = Term(
    "These keys are worthless. They belong to made-up participants of this demonstration's own chain, and whoever "
    "reads this can sign as them. Never use such a key for anything else.",
    "이 키들은 아무 가치가 없습니다. 이 시연의 체인에만 있는 가상 참가자의 키이며, "
    "이 내용을 읽는 누구나 그들로 서명할 수 있습니다. 다른 곳에 쓰지 마십시오.",
)
