"""Actions of a delegate for a person beside statements (a link, a download); their results end with the delegation."""

from __future__ import annotations

from collections.abc import Callable, Collection

from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import DelegationState
from mydata_ledger.ledger.errors import NotEntitled
from mydata_ledger.ledger.kernel.consents.delegate import Delegations
from mydata_ledger.ledger.kernel.consents.endings import Endings
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import Statement

Covers = Callable[[Collection[str]], bool]
"""Whether somebody may see what is about all of these categories."""


def is_all_covered(_: Collection[str]) -> bool:
    """The person themselves sees every category."""
    return True


class DelegateActions:
    """One standing delegation must cover the whole action; the withdrawal that ends the delegation lists the
    results.
    """

    def __init__(self, world: World, delegations: Delegations, endings: Endings) -> None:
        self._world, self._delegations, self._endings = world, delegations, endings

    def office(self, actor: bytes, person: bytes, categories: Collection[str]) -> DelegationState | None:
        """The delegation under which `actor` acts for the person; None for the person themselves.

        Raises:
            NotEntitled: no standing delegation covers every category.
        """
        if actor == person:
            return None
        for state in self._delegations.entitle(actor, person, self._world.clock.now()):
            if state.delegation.covers(categories):
                return state
        raise NotEntitled("only the person does this, or a delegate whose delegation covers every category named")

    def standing(self, actor: bytes, person: bytes) -> DelegationState:
        """The standing delegation of `actor` for the person. Raises NotEntitled for anybody else, with the same words
        whether or not there is such a person.
        """
        for state in self._delegations.entitle(actor, person, self._world.clock.now()):
            return state
        raise NotEntitled("you do not act for this person now; that takes a delegation which stands")

    def check_drafting(self, actor: bytes, person: bytes) -> None:
        """Raise NotEntitled unless `actor` is the person or a delegate: a draft shows what the person consented to."""
        if actor != person and not self._delegations.entitle(actor, person, self._world.clock.now()):
            raise NotEntitled("only the person, or a delegate, drafts what the person signs")

    def seen(self, actor: bytes, person: bytes, categories: Collection[str]) -> set[str]:
        """Those of the categories of which `actor` sees the person's records: for the person, all."""
        if actor == person:
            return set(categories)
        standing = self._delegations.entitle(actor, person, self._world.clock.now())
        return {each for each in categories if any(state.delegation.covers((each,)) for state in standing)}

    def check_drafted(self, statement: Statement) -> None:
        """Raise NotEntitled if a delegate's draft would be refused when it is signed: its changes show grants that the
        delegation does not cover.
        """
        if isinstance(statement, Consent | Revocation):
            self._delegations.check_signer(statement)

    def check_witness(self, actor: bytes) -> None:
        """Raise NotEntitled unless `actor` is an accredited party, who may witness a statement on paper."""
        party = self._world.directory.party(requester_name(actor))
        if party is None or not party.accredited(self._world.clock.now()):
            raise NotEntitled("only an accredited party witnesses a statement on paper")

    def begin(
        self, office: DelegationState | None, kind: str, reference: str, categories: Collection[str] = ()
    ) -> None:
        """Note that a result with data of these categories rests on the delegation, before it can be used."""
        if office:
            holder = requester_name(office.delegation.delegate)
            self._endings.rests_on([office.entry], kind, reference, holder, categories)

    def may_go_on(self, entry: bytes, kind: str, reference: str) -> bool:
        """Whether a result that was made under the delegation of that entry (empty: the person's own) may still be
        used, under it or under its renewals.
        """
        return not entry or self._endings.still_stands([entry], kind, reference)

    def finish(self, office: DelegationState | None, kind: str, reference: str) -> None:
        """Note that a result has ended independently of the delegation."""
        if office:
            self._endings.finish([office.entry], kind, reference)
