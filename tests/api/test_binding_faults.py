"""Faults planted in bindings of patient numbers and their codes, one at a time: the named test must notice each."""

import pytest

from mydata_ledger.ledger.kernel.people import binding_codes, bindings
from tests.api import test_bindings as sound
from tests.ledger.planting import planted


def ended(check):
    def with_end(client):
        check(client, "end")

    return with_end


CODES = [
    (
        "a code lives for ever",
        "if item is not None and now >= item.due:",
        "if False:",
        sound.test_a_code_is_refused_twice_elsewhere_and_when_it_is_old_or_guessed_with_one_sentence,
    ),
    (
        "an old code lives again when the clock goes back",
        "            self._world.work_items.discard(BINDING_CODE, item.id)  # also if the clock goes back\n",
        "",
        sound.test_a_code_is_refused_twice_elsewhere_and_when_it_is_old_or_guessed_with_one_sentence,
    ),
    (
        "a code counts before it was made",
        "is_early = item is not None and",
        "is_early = False and",
        sound.test_a_code_is_refused_twice_elsewhere_and_when_it_is_old_or_guessed_with_one_sentence,
    ),
    (
        "a used code binds another number",
        'or item.body.get("number", number_id.hex()) != number_id.hex():',
        ":",
        sound.test_a_code_is_refused_twice_elsewhere_and_when_it_is_old_or_guessed_with_one_sentence,
    ),
    (
        "a code is for every holder",
        'f"{holder}\\n{plain}".encode()',
        'f"{plain}".encode()',
        sound.test_a_code_is_refused_twice_elsewhere_and_when_it_is_old_or_guessed_with_one_sentence,
    ),
    (
        "an earlier code of the person stays",
        "self._world.work_items.discard(BINDING_CODE, earlier.id)",
        "pass",
        sound.test_a_code_is_refused_twice_elsewhere_and_when_it_is_old_or_guessed_with_one_sentence,
    ),
    (
        "a code that is read out is not recognised",
        "code.upper().translate(MISREAD)",
        "code",
        sound.test_a_code_binds_once_and_both_see_it,
    ),
    (
        "of many that use a code all do",
        "if self._world.work_items.file(spent) is None:",
        "if self._world.work_items.file(spent) is False:",
        sound.test_a_code_that_is_read_twice_is_used_once,
    ),
    (
        "wrong codes are not counted",
        "self._count(holder, 1)",
        "pass",
        sound.test_wrong_codes_are_bounded_for_one_holder_also_at_once,
    ),
    (
        "right codes count as wrong ones",
        "        self._count(holder, -1)\n",
        "",
        sound.test_right_codes_do_not_count_as_wrong_ones,
    ),
    (
        "one more wrong code may be given",
        "if more > 0 and wrong >= WRONG_CODES:",
        "if more > 0 and wrong > WRONG_CODES:",
        sound.test_wrong_codes_are_bounded_for_one_holder_also_at_once,
    ),
    (
        "a clock that goes back opens a new window",
        "if now >= since + WINDOW:",
        "if now >= since + WINDOW or now < since:",
        sound.test_wrong_codes_are_bounded_for_one_holder_also_at_once,
    ),
    (
        "no window ever ends",
        "if now >= since + WINDOW:",
        "if False:",
        sound.test_wrong_codes_are_bounded_for_one_holder_also_at_once,
    ),
    (
        "wrong codes of all holders are counted together",
        "sha256(holder.encode()).digest()",
        'sha256(b"").digest()',
        sound.test_wrong_codes_are_bounded_for_one_holder_also_at_once,
    ),
    (
        "the nonce of another holder counts",
        'holder.encode() + b"\\n" + body',
        "body",
        sound.test_a_nonce_is_for_its_holder_alone,
    ),
    (
        "a nonce of nobody counts",
        "and hmac.compare_digest(mac, self._mac(holder, body))",
        "",
        sound.test_a_nonce_is_for_its_holder_alone,
    ),
    (
        "a nonce lives for ever",
        "if not now < self._ends(holder, nonce) <= now",
        "if not self._ends(holder, nonce) <= now",
        sound.test_a_signed_nonce_binds_once,
    ),
    (
        "a nonce from the future counts",
        "<= now + SECONDS + CLOCK_SKEW:",
        "<= now + (1 << 62):",
        sound.test_a_nonce_from_the_future_is_refused,
    ),
    (
        "nobody has to sign",
        "        self._world.signers.verify(signer, digest, signature)\n",
        "",
        sound.test_a_signed_nonce_binds_once,
    ),
    (
        "a nonce is used twice",
        "if not self._world.sessions.spend(nonce",
        "if False and not self._world.sessions.spend(nonce",
        sound.test_a_signed_nonce_binds_once,
    ),
    (
        "codes that ended are kept",
        "        for item in old:\n",
        "        for item in []:\n",
        sound.test_codes_that_ended_are_forgotten_used_or_not,
    ),
    (
        "used codes are kept",
        "*items.due(BINDING_CODE, USED, now)",
        "",
        sound.test_codes_that_ended_are_forgotten_used_or_not,
    ),
]
BINDINGS = [
    (
        "anybody binds",
        'if party is None or not party.plays("holder", self._world.clock.now()):',
        "if party is None:",
        sound.test_only_an_accredited_holder_binds_and_only_who_may_acts_for_a_person,
    ),
    (
        "a number of another person is taken",
        "if current is not None and current.state == ACTIVE and current.person != person:",
        "if False:",
        sound.test_a_number_of_two_people_is_refused_until_it_is_free,
    ),
    (
        "holders share their numbers",
        'f"{holder}\\n{number}"',
        'f"{number}"',
        sound.test_two_hospitals_know_a_person_by_their_own_numbers,
    ),
    (
        "a disputed number issues",
        "if item is None or item.state != ACTIVE:\n            raise InvalidStatement(NOT_BOUND)",
        "if item is None or item.state == ENDED:\n            raise InvalidStatement(NOT_BOUND)",
        sound.test_a_disputed_or_ended_number_issues_nothing,
    ),
    (
        "an ended number issues",
        "if item is None or item.state != ACTIVE:\n            raise InvalidStatement(NOT_BOUND)",
        "if item is None or item.state == DISPUTED:\n            raise InvalidStatement(NOT_BOUND)",
        sound.test_a_disputed_or_ended_number_issues_nothing,
    ),
    (
        "anybody ends a binding",
        "if item is None or item.person != person:",
        "if item is None:",
        sound.test_a_disputed_or_ended_number_issues_nothing,
    ),
    (
        "a binding that ended is confirmed",
        "        if item.state == ENDED:\n            raise",
        "        if False:\n            raise",
        sound.test_a_disputed_or_ended_number_issues_nothing,
    ),
    (
        "ending again is refused",
        "        if item.state == ENDED:\n            return",
        "        if False:\n            return",
        sound.test_a_disputed_or_ended_number_issues_nothing,
    ),
    (
        "an end is told to nobody",
        "        self._notify(changed, event)\n",
        "",
        sound.test_a_disputed_or_ended_number_issues_nothing,
    ),
    (
        "the holder is not told",
        "        self._inbox.notify(Message(item.party, event, subject, now, {}))\n",
        "",
        sound.test_a_code_binds_once_and_both_see_it,
    ),
    (
        "the disputed binding stays beside the new one",
        '            self._end(current, "holder")\n',
        "            pass\n",
        sound.test_a_disputed_number_may_be_bound_to_the_right_person,
    ),
    (
        "a code undoes what the person did",
        "if made is None or made.state != ACTIVE:",
        "if made is None:",
        ended(sound.test_a_code_used_again_does_not_undo_what_the_person_did),
    ),
    (
        "a code that was used makes a new binding",
        'if "binding" in item.body:',
        "if False:",
        ended(sound.test_a_code_used_again_does_not_undo_what_the_person_did),
    ),
    (
        "a second code revives what ended",
        "        self.codes.fulfil(item, made.binding_id)\n",
        "",
        sound.test_a_second_code_for_an_active_binding_does_not_revive_it_either,
    ),
    (
        "binding the same number again makes another binding",
        "if current is not None and current.state == ACTIVE and current.person == person:",
        "if False:",
        sound.test_a_second_code_for_an_active_binding_does_not_revive_it_either,
    ),
    (
        "of two that bind a number at once both do",
        "if taken is None:",
        "if taken is False:",
        sound.test_of_two_that_bind_a_number_at_once_one_does,
    ),
    (
        "the number is read again after it was found free",
        "self._take(replace(named,",
        "self._take(replace(self._named(holder, number),",
        sound.test_of_two_that_bind_a_number_at_once_one_does,
    ),
    (
        "who lost a number keeps their binding",
        "            self._world.work_items.discard(made.kind, made.id)\n",
        "",
        sound.test_of_two_that_bind_a_number_at_once_one_does,
    ),
    (
        "a draft outlives its binding",
        "return changed and not any(",
        "return False and not any(",
        ended(sound.test_a_draft_is_not_signed_after_its_binding_ended_or_was_disputed),
    ),
    (
        "a draft after a new binding is refused",
        "return changed and not any(one.state == ACTIVE for one in bindings)",
        "return changed",
        sound.test_a_draft_counts_again_under_a_new_binding,
    ),
    (
        "every binding that ever ended counts",
        "and one.body.get(CHANGED_AT, 0) >= issue.issued_at for one",
        "for one",
        ended(sound.test_a_draft_is_not_signed_after_its_binding_ended_or_was_disputed),
    ),
    (
        "bindings of other holders count",
        "if one.party == issue.holder]",
        "]",
        sound.test_what_ended_with_another_holder_stops_no_draft,
    ),
    (
        "every holder sees all bindings",
        "items(BINDING, party=holder, after",
        "items(BINDING, after",
        sound.test_a_holder_and_a_person_see_their_own_bindings_alone,
    ),
    (
        "every person sees all bindings",
        "every(self._world.work_items, BINDING, person=person)",
        "every(self._world.work_items, BINDING)",
        sound.test_a_holder_and_a_person_see_their_own_bindings_alone,
    ),
]
FAULTS = [(name, binding_codes, *more) for name, *more in CODES] + [(name, bindings, *more) for name, *more in BINDINGS]

NOTICED = (AssertionError, pytest.fail.Exception, KeyError)
"""A failed assertion, a refusal that did not come, or an answer that lacks the reason of a refusal."""


@pytest.mark.parametrize(
    ("module", "good", "bad", "check"), [one[1:] for one in FAULTS], ids=[one[0] for one in FAULTS]
)
def test_every_planted_fault_is_noticed(module, good, bad, check):
    with planted(module, good, bad), pytest.raises(NOTICED):
        check(sound.client_over(None))
