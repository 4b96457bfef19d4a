"""One-sentence summaries, in English and Korean, of the statements that people sign beside consents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mydata_ledger.ledger.access import EMERGENCY
from mydata_ledger.ledger.consent import Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.delegation import OWN_DEVICE, Delegation
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.korean import with_particle
from mydata_ledger.ledger.vocabulary import Term
from mydata_ledger.ledger.wording import Words, moment


class Summaries(Words):
    """A signer who signs for themselves is addressed directly; a delegate is shown the data subject, as signer bytes in
    hex.
    """

    def withdrawal(self, revocation: Revocation, consent: Consent) -> tuple[str, ...]:
        """What the revocation ends: a permission, a prohibition, or both."""
        effects = {grant.effect for grant in consent.grants} or {Effect.PERMIT}
        name, person = (
            self.named(revocation.grantee, revocation.grantee_name),
            _person_name(revocation.signer, revocation.data_subject),
        )
        patterns = KOREAN_ENDS if self._korean else ENGLISH_ENDS
        sentences = [patterns[effect, bool(person)] for effect in Effect if effect in effects]
        whom = with_particle(person, "을") if person and self._korean else person
        return tuple(pattern.format(name=name, whom=whom) for pattern in sentences)

    def emergencies(self, grants: Sequence[Grant]) -> tuple[str, ...]:
        """A sentence if grants to emergency crews refuse them in an emergency as well."""
        if not any(self.refuses_emergencies(grant) for grant in grants):
            return ()
        return ("응급 구조대도 거절됩니다." if self._korean else "Emergency crews are refused too.",)

    def refuses_emergencies(self, grant: Grant) -> bool:
        """Whether the grant forbids emergency treatment to its grantee."""
        if grant.effect is not Effect.FORBID or EMERGENCY not in self._vocabulary.purposes:
            return False
        return not {"*", *self._vocabulary.path(EMERGENCY)}.isdisjoint(grant.purposes)

    def behalf(self, signer: bytes, data_subject: bytes) -> tuple[str, ...]:
        """The data subject for whom a consent is signed, if that is not the signer."""
        if not (person := _person_name(signer, data_subject)):
            return ()
        return (
            f"{with_particle(person, '을')} 대신하여 서명합니다." if self._korean else f"You sign this for {person}.",
        )

    def delegation(self, delegation: Delegation) -> str:
        """Who may sign for whom, for which data, and until when (UTC)."""
        if delegation.relation == OWN_DEVICE:
            return self._own_device(delegation)
        name, person = (
            delegation.delegate_name,
            _person_name(delegation.delegator, delegation.data_subject),
        )
        what, until = self._list(delegation.categories, "categories"), moment(delegation.expires)
        relation = RELATIONS.get(delegation.relation, Term(delegation.relation, delegation.relation))
        if self._korean:
            since = f"{moment(delegation.not_before)}부터 " if delegation.not_before else ""
            whose = with_particle(person, "을") if person else "본인을"
            signing = f"{name}님이 {whose} 대신하여 동의에 서명하거나 동의를 철회하고"
            reading = "기록, 요청, 조회 기록을 보고 링크와 내려받기로 자료를 전달할 수 있습니다"
            return f"{signing}, {reading} ({relation.label_ko}). 데이터 항목: {what}. 기간: {since}{until}까지."
        since = f"from {moment(delegation.not_before)} " if delegation.not_before else ""
        signing = f"{name} may sign and withdraw consents for {person or 'you'}"
        reading = "see records, requests and accesses, and pass on data by links and downloads"
        return f"{signing}, {reading} ({relation.label}) about: {what}, {since}until {until}."

    def _own_device(self, delegation: Delegation) -> str:
        """What a further key of the person can do, and until when (UTC)."""
        name, until = delegation.delegate_name, moment(delegation.expires)
        since = moment(delegation.not_before) if delegation.not_before else ""
        if self._korean:
            start = f"{since}부터 " if since else ""
            whole = "본인이 볼 수 있는 모든 것을 보고, 본인처럼 동의에 서명하거나 동의를 철회할 수 있습니다"
            limit = "다른 사람을 대리인으로 지정하거나 기록을 삭제할 수는 없습니다"
            return f"본인의 다른 기기({name})로 {whole}. {limit}. 기간: {start}{until}까지."
        start = f"from {since} " if since else ""
        whole = "sees everything that you see, and signs and withdraws consents as you do"
        return f"Your other device {name} {whole}, {start}until {until}. It cannot name delegates or erase records."

    def end_of_delegation(self, delegation: Delegation) -> str:
        """That a delegate may no longer sign, and what ends with the delegation."""
        name = delegation.delegate_name
        if self._korean:
            sentence = f"{name}님은 지금부터 본인을 대신하여 서명할 수 없습니다."
            return f"{sentence} {name}님이 대신 서명한 동의도 함께 끝납니다."
        return f"{name} may no longer sign for you, from now on; the consents that {name} signed for you end too."

    def erasure(self, count: int, *, own: bool) -> str:
        """That the erasure of `count` records cannot be undone; `own` is true if all are about the signer."""
        if self._korean:
            whose = "본인을" if own else "정보주체를"
            return f"기록 {count}건의 키를 영구히 파기합니다. {whose} 포함하여 누구도 다시 읽을 수 없습니다."
        keys, pronoun = ("key of one record", "it") if count == 1 else (f"keys of {count} records", "them")
        whose = "you" if own else "whoever it is about"
        return f"Destroys the {keys} for good: nobody, {whose} included, can read {pronoun} again."

    def nothing_to_erase(self) -> str:
        """The sentence for an empty list of records."""
        return "삭제할 기록이 없습니다." if self._korean else "There is no record to erase."

    def witness_statement(self, delegation: Delegation, scan: bytes) -> str:
        """What the first witness of a consent on paper confirms."""
        person, name, record = "0x" + delegation.data_subject.hex(), delegation.delegate_name, "0x" + scan.hex()
        if self._korean:
            signer = with_particle(person, "이")
            return f"{signer} 귀하와 {name} 앞에서 종이에 이 내용대로 서명했습니다. 스캔본은 기록 {record}입니다."
        return f"{person} signed this on paper before you and {name}; the scan is record {record}."

    def incident(self, incident: Incident) -> str:
        """What a responder declares, about whom, until when (UTC), and who is notified."""
        person, until = "0x" + incident.data_subject.hex(), moment(incident.expires)
        number, reason = incident.incident_number, incident.reason
        if self._korean:
            declares = f"{person}에 관한 응급 상황({number})을 {until}까지 선언합니다: {reason}."
            return f"{declares} 당사자에게 알려지고 심사자가 살펴봅니다."
        declares = f"Declares an emergency about {person} ({number}), open until {until}: {reason}."
        return f"{declares} The person is told of it, and a reviewer looks at it."

    def extension(self, extension: IncidentExtension, incident_number: str) -> str:
        """What a responder extends, about whom, until when (UTC), why, and who is notified."""
        person, until = "0x" + extension.data_subject.hex(), moment(extension.until)
        if self._korean:
            extends = f"{person}에 관한 응급 상황({incident_number})을 {until}까지 모든 건강 기록으로 넓힙니다"
            return f"{extends}: {extension.reason}. 당사자에게 알려지고 심사자가 살펴봅니다."
        extends = f"Extends the emergency about {person} ({incident_number}) to all health records until {until}"
        return f"{extends}: {extension.reason}. The person is told of it, and a reviewer looks at it."

    def acknowledgement(self, position: int) -> str:
        """What a reader countersigns about the receipt at a position."""
        if self._korean:
            return f"열람 확인서 {position}번에 따라 받은 기록을 열었음을 확인합니다."
        return f"Says that you opened the record that receipt {position} released to you."


def _person_name(signer: bytes, data_subject: bytes) -> str:
    """The data subject for whom somebody signs; empty if they sign for themselves."""
    return "" if signer == data_subject else "0x" + data_subject.hex()


PERMIT, FORBID = Effect.PERMIT, Effect.FORBID
AGAIN, AGAIN_KO = "what another consent permits is permitted again", "다른 동의가 허용하는 것은 다시 허용됩니다."
ENGLISH_ENDS: Mapping[tuple[Effect, bool], str] = {
    (PERMIT, False): "Withdraws your consent to {name}, from now on.",
    (PERMIT, True): "Withdraws the consent of {whom} to {name}, from now on.",
    (FORBID, False): f"Lifts what you forbade {{name}}, from now on: {AGAIN}.",
    (FORBID, True): f"Lifts what {{whom}} forbade {{name}}, from now on: {AGAIN}.",
}
KOREAN_ENDS: Mapping[tuple[Effect, bool], str] = {
    (PERMIT, False): "{name}에 대한 동의를 지금부터 철회합니다.",
    (PERMIT, True): "{whom} 대신하여 {name}에 대한 동의를 지금부터 철회합니다.",
    (FORBID, False): f"{{name}}에 대한 금지를 지금부터 해제합니다. {AGAIN_KO}",
    (FORBID, True): f"{{whom}} 대신하여 {{name}}에 대한 금지를 지금부터 해제합니다. {AGAIN_KO}",
}
RELATIONS: Mapping[str, Term] = {
    "representative": Term("representative", "대리인"),
    "carer": Term("carer", "돌봄 제공자"),
    "attorney": Term("attorney", "수임인"),
    "guardian": Term("guardian", "후견인"),
    OWN_DEVICE: Term("own device", "본인의 기기"),
}
