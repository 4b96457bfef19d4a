"""What people sign beside consents, in a sentence for whoever is about to, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

from mydata_ledger.ledger.access import Incident
from mydata_ledger.ledger.consent import Consent, Effect, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.vocabulary import Term
from mydata_ledger.ledger.wording import Words, moment


class Summaries(Words):
    """Whoever signs for themselves is addressed; who signs for somebody is told for whom, as signer bytes in hex."""

    def withdrawal(self, said: Revocation, ended: Consent) -> tuple[str, ...]:
        """What ends: a permission, a prohibition, or both."""
        effects = {grant.effect for grant in ended.grants} or {Effect.PERMIT}
        name, whom = self.named(said.grantee, said.grantee_name), _whom(said.signer, said.data_subject)
        patterns = KOREAN_ENDS if self._korean else ENGLISH_ENDS
        found = [patterns[effect, bool(whom)] for effect in Effect if effect in effects]
        return tuple(pattern.format(name=name, whom=whom) for pattern in found)

    def behalf(self, signer: bytes, data_subject: bytes) -> tuple[str, ...]:
        """For whom a consent is signed, where that is not the signer."""
        if not (whom := _whom(signer, data_subject)):
            return ()
        return (f"{whom}을(를) 대신하여 서명합니다." if self._korean else f"You sign this for {whom}.",)

    def delegation(self, said: Delegation) -> str:
        """Who may sign for whom, about what, and until when (UTC)."""
        name, whom = said.delegate_name, _whom(said.delegator, said.data_subject)
        what, until = self._list(said.categories, "categories"), moment(said.expires)
        relation = RELATIONS.get(said.relation, Term(said.relation, said.relation))
        if self._korean:
            since = f"{moment(said.not_before)}부터 " if said.not_before else ""
            whose = f"{whom}을(를)" if whom else "본인을"
            does = f"{name}님이 {whose} 대신하여 동의에 서명하거나 동의를 철회하고"
            reads = "링크와 내려받기로 자료를 읽고 전달할 수 있습니다"
            return f"{does}, {reads} ({relation.label_ko}). 자료: {what}. 기간: {since}{until}까지."
        since = f"from {moment(said.not_before)} " if said.not_before else ""
        does = f"{name} may sign and withdraw consents for {whom or 'you'}"
        reads = "and read and pass on data by links and downloads"
        return f"{does}, {reads} ({relation.label}) about: {what}, {since}until {until}."

    def end_of_delegation(self, said: Delegation) -> str:
        """That somebody may sign no longer, and what ends with it."""
        name = said.delegate_name
        if self._korean:
            over = f"{name}님은 지금부터 본인을 대신하여 서명할 수 없습니다."
            return f"{over} {name}님이 대신 서명한 동의도 함께 끝납니다."
        return f"{name} may no longer sign for you, from now on; the consents that {name} signed for you end too."

    def erasure(self, count: int, *, own: bool) -> str:
        """What cannot be undone, of that many records; `own` where all are about whoever signs."""
        if self._korean:
            whose = "본인을" if own else "정보주체를"
            return f"기록 {count}건의 키를 영구히 파기합니다. {whose} 포함하여 누구도 다시 읽을 수 없습니다."
        keys, them = ("key of one record", "it") if count == 1 else (f"keys of {count} records", "them")
        whose = "you" if own else "whoever it is about"
        return f"Destroys the {keys} for good: nobody, {whose} included, can read {them} again."

    def nothing_to_erase(self) -> str:
        """Where there is nothing to sign."""
        return "삭제할 기록이 없습니다." if self._korean else "There is no record to erase."

    def witness_statement(self, said: Delegation, scan: bytes) -> str:
        """What the first witness of a paper vouches for."""
        whom, name, record = "0x" + said.data_subject.hex(), said.delegate_name, "0x" + scan.hex()
        if self._korean:
            return f"{whom}이(가) 귀하와 {name} 앞에서 종이에 이 내용대로 서명했습니다. 스캔본은 기록 {record}입니다."
        return f"{whom} signed this on paper before you and {name}; the scan is record {record}."

    def incident(self, said: Incident) -> str:
        """What a responder declares, about whom and until when (UTC), and who hears of it."""
        whom, until = "0x" + said.data_subject.hex(), moment(said.expires)
        if self._korean:
            does = f"{whom}에 관한 응급 상황({said.incident_number})을 {until}까지 선언합니다: {said.reason}."
            return f"{does} 당사자에게 알려지고 심사자가 살펴봅니다."
        does = f"Declares an emergency about {whom} ({said.incident_number}), open until {until}: {said.reason}."
        return f"{does} The person is told of it, and a reviewer looks at it."

    def acknowledgement(self, position: int) -> str:
        """What a reader countersigns about the receipt at a position."""
        if self._korean:
            return f"영수증 {position}번에 따라 받은 기록을 열었음을 확인합니다."
        return f"Says that you opened the record that receipt {position} released to you."


def _whom(signer: bytes, data_subject: bytes) -> str:
    """For whom somebody signs; empty where for themselves."""
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
    (PERMIT, True): "{whom}을(를) 대신하여 {name}에 대한 동의를 지금부터 철회합니다.",
    (FORBID, False): f"{{name}}에 대한 금지를 지금부터 해제합니다. {AGAIN_KO}",
    (FORBID, True): f"{{whom}}을(를) 대신하여 {{name}}에 대한 금지를 지금부터 해제합니다. {AGAIN_KO}",
}
RELATIONS: Mapping[str, Term] = {
    "representative": Term("representative", "대리인"),
    "carer": Term("carer", "돌봄 제공자"),
    "attorney": Term("attorney", "수임인"),
    "guardian": Term("guardian", "후견인"),
}
