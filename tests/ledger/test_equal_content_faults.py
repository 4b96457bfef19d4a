"""Faults planted in content digests, one at a time: the named test must notice each.

That `same` skips erased records is not among them: their digests are deleted with them, so nothing would differ.
"""

import pytest

from mydata_ledger.ledger import content_digest
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.kernel.records import equal_content
from tests.ledger import test_equal_content as sound
from tests.ledger.planting import planted

OF_EVERY_HOLDER = (
    "[one for party in self._world.directory.parties()"
    " for one in self._world.content_digests.of_holder(digests, party.account)]"
)


def parameters(world):
    sound.test_case_and_parameters_of_a_media_type_choose_no_other_form(world, "application/fhir+json; fhirVersion=4.0")


FAULTS = [
    (
        "a digest is of the content alone",
        content_digest,
        "data_subject + fingerprint, sha256",
        "fingerprint, sha256",
        sound.test_a_person_is_part_of_the_digest,
    ),
    (
        "a digest has no key",
        content_digest,
        "hmac.digest(key, data_subject",
        'hmac.digest(b"", data_subject',
        sound.test_the_stored_digest_is_that_of_the_definition,
    ),
    (
        "digests are made under the newest key alone",
        content_digest,
        "for key in self.keys)",
        "for key in self.keys[:1])",
        sound.test_under_a_new_key_what_lies_under_the_old_one_is_found,
    ),
    (
        "the form of the content does not count",
        content_digest,
        'name.encode() + b"\\n" + canonical_content',
        'b"\\n" + canonical_content',
        sound.test_the_stored_digest_is_that_of_the_definition,
    ),
    (
        "parameters of a media type choose another form",
        content_digest,
        'media_type.partition(";")[0].strip().lower()',
        "media_type.lower()",
        parameters,
    ),
    (
        "JSON counts by its bytes",
        content_digest,
        "(JSON, canonical(read(content))) if is_json(media_type) else (BYTES, content)",
        "(BYTES, content)",
        sound.test_the_stored_digest_is_that_of_the_definition,
    ),
    (
        "JSON without a canonical form is refused",
        content_digest,
        "except (MalformedInput, TooLarge):",
        "except ():",
        sound.test_json_without_a_canonical_form_is_known_by_its_bytes,
    ),
    (
        "a stream is hashed without its form",
        content_digest,
        'sha256(BYTES.encode() + b"\\n")',
        "sha256()",
        sound.test_a_large_record_is_known_again_and_then_leaves_nothing,
    ),
    (
        "pieces of a stream are left out",
        content_digest,
        "            self._hash.update(piece)\n            yield piece\n",
        "            yield piece\n",
        sound.test_a_large_record_is_known_again_and_then_leaves_nothing,
    ),
    (
        "drafts of two holders exclude each other",
        content_digest,
        "(self.holder, self.copy) == (other.holder, other.copy)",
        "self.copy == other.copy",
        sound.test_the_same_invoice_comes_once_from_one_holder_and_is_known_of_two,
    ),
    (
        "two copies of one content exclude each other",
        content_digest,
        "(self.holder, self.copy) == (other.holder, other.copy)",
        "self.holder == other.holder",
        sound.test_equal_receipts_of_one_file_stay_as_many_as_they_are,
    ),
    (
        "equal drafts do not exclude each other",
        content_digest,
        "return is_same_copy and not",
        "return False and not",
        sound.test_two_equal_drafts_that_are_both_signed_make_one_record,
    ),
    (
        "a delegate learns of every category",
        equal_content,
        "if covers((r.issue.category,)) and",
        "if",
        sound.test_a_delegate_learns_of_the_categories_that_the_delegation_covers,
    ),
    (
        "a record is equal to itself",
        equal_content,
        " - {c.record_id} for c in found}",
        " for c in found}",
        sound.test_the_same_invoice_comes_once_from_one_holder_and_is_known_of_two,
    ),
    (
        "one digest of a record is compared",
        equal_content,
        "            for digest in content.digests:\n                groups",
        "            for digest in content.digests[:1]:\n                groups",
        sound.test_under_a_new_key_what_lies_under_the_old_one_is_found,
    ),
    (
        "records of other holders are read",
        equal_content,
        "self._world.content_digests.of_holder(digests, holder)",
        OF_EVERY_HOLDER,
        sound.test_another_holder_is_answered_as_if_there_were_nothing,
    ),
    (
        "a superseded record stands",
        equal_content,
        "if not r.superseded_by and not r.erased}",
        "if not r.erased}",
        sound.test_superseded_content_may_come_again_and_a_correction_may_repeat_what_it_corrects,
    ),
    (
        "an erased record stands",
        equal_content,
        "if not r.superseded_by and not r.erased}",
        "if not r.superseded_by}",
        sound.test_a_record_that_is_erased_while_it_is_compared_is_no_duplicate,
    ),
    (
        "every record with a digest stands",
        equal_content,
        "            if content.record_id in standing:\n",
        "            if True:\n",
        sound.test_superseded_content_may_come_again_and_a_correction_may_repeat_what_it_corrects,
    ),
    (
        "a standing record is matched again and again",
        equal_content,
        "self._matched.add(unmatched[0])",
        "pass",
        sound.test_equal_receipts_of_one_file_stay_as_many_as_they_are,
    ),
    (
        "a correction may not repeat what it corrects",
        equal_content,
        "if record != submission.supersedes}",
        "}",
        sound.test_superseded_content_may_come_again_and_a_correction_may_repeat_what_it_corrects,
    ),
    (
        "a further record is a duplicate",
        equal_content,
        "if submission.again:",
        "if False:",
        sound.test_a_further_receipt_is_issued_if_the_holder_wants_it,
    ),
    (
        "further records have one number",
        equal_content,
        "FURTHER + secrets.randbits(62)",
        "FURTHER",
        sound.test_a_further_receipt_is_issued_if_the_holder_wants_it,
    ),
    (
        "a number of this call is given again",
        equal_content,
        "self._assigned.add(copy)",
        "pass",
        sound.test_equal_receipts_of_one_file_stay_as_many_as_they_are,
    ),
    (
        "the number of a standing record is given again",
        equal_content,
        "if number not in self._assigned and number not in kept)",
        "if number not in self._assigned)",
        sound.test_equal_receipts_of_one_file_stay_as_many_as_they_are,
    ),
    (
        "drafts are kept for ever",
        equal_content,
        "self._world.content_digests.forget_drafts(self._world.clock.now() - DRAFT_SECONDS)",
        "0",
        sound.test_a_draft_that_is_not_signed_counts_for_nothing_and_is_forgotten,
    ),
    (
        "drafts are forgotten a second early",
        equal_content,
        "self._world.clock.now() - DRAFT_SECONDS)",
        "self._world.clock.now() - DRAFT_SECONDS + 1)",
        sound.test_a_draft_that_is_not_signed_counts_for_nothing_and_is_forgotten,
    ),
]
NOTICED = (AssertionError, pytest.fail.Exception, LedgerError, ValueError, IndexError)
"""What a test ends in if it notices a fault: a failed assertion, or an error of the ledger where there was none."""


@pytest.mark.parametrize(
    ("module", "good", "bad", "check"), [one[1:] for one in FAULTS], ids=[one[0] for one in FAULTS]
)
def test_every_planted_fault_is_noticed(module, good, bad, check):
    with planted(module, good, bad), pytest.raises(NOTICED):
        check(sound.TwoHospitals())
