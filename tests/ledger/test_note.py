"""Signed notes and checkpoints: those of other tools are read, ours are valid for them, and nothing else is
accepted.
"""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mydata_ledger.ledger.errors import LedgerError, MalformedInput, SignatureInvalid, TooLarge
from mydata_ledger.ledger.merkle import EMPTY_ROOT, Head
from mydata_ledger.ledger.note import COSIGNATURE, Checkpoint, Note, Signature, Signer, Verifier, cosign, cosigned_at

SEED, ORIGIN = b"\x07" * 32, "mydata-ledger/eip155:31337:0xCc/consents"
HEAD = Head(7, b"\xaa" * 32)
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example of Go's own `note` package."""


def signed(head=HEAD, *signers):
    text = str(Checkpoint(ORIGIN, head))
    return Note(text, tuple(s.sign(text) for s in signers or (Signer(ORIGIN, SEED),)))


def test_a_note_of_go_s_documentation_verifies():
    verifier = Verifier.parse(GO_VKEY)
    note = Note.parse(GO_NOTE.encode())
    verifier.check(note)
    assert (str(verifier), bytes(note)) == (GO_VKEY, GO_NOTE.encode())


def test_a_checkpoint_survives_the_way_there_and_back():
    note = Note.parse(bytes(signed()))
    Signer(ORIGIN, SEED).verifier.check(note)
    assert Checkpoint.parse(note.text) == Checkpoint(ORIGIN, HEAD)


def test_extension_lines_are_carried():
    text = Checkpoint(ORIGIN, HEAD, ("anchored 12", "another"))
    assert Checkpoint.parse(str(text)) == text


def test_every_signature_of_a_note_is_kept_and_a_stranger_s_changes_nothing():
    stranger = Signer("elsewhere.example", b"\x09" * 32)
    note = Note.parse(bytes(signed(HEAD, stranger, Signer(ORIGIN, SEED))))
    Signer(ORIGIN, SEED).verifier.check(note)
    assert len(note.signatures) == 2


def test_a_key_of_the_same_name_is_not_the_same_key():
    with pytest.raises(SignatureInvalid, match="carries no signature"):
        Signer(ORIGIN, b"\x08" * 32).verifier.check(signed())


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_single_bit_of_a_note_can_be_changed(at_time, bit):
    raw = bytearray(bytes(signed()))
    raw[at_time % len(raw)] ^= 1 << bit
    verifier = Signer(ORIGIN, SEED).verifier
    with pytest.raises(LedgerError):
        verifier.check(Note.parse(bytes(raw)))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_refused(raw):
    try:
        note = Note.parse(raw)
    except LedgerError:
        return
    assert bytes(note) == raw


@given(st.text(max_size=120))
def test_any_text_is_a_checkpoint_or_refused(text):
    try:
        checkpoint = Checkpoint.parse(text)
    except LedgerError:
        return
    assert str(checkpoint) == text


@given(st.text(max_size=120))
def test_any_text_is_a_verifier_key_or_refused(text):
    try:
        assert str(Verifier.parse(text)) == text
    except LedgerError:
        return


ROOT = base64.b64encode(b"\xaa" * 32).decode()
BAD_TEXTS = {
    "no root": f"{ORIGIN}\n7\n",
    "no last newline": f"{ORIGIN}\n7\n{ROOT}",
    "an empty line": f"{ORIGIN}\n7\n{ROOT}\n\n",
    "no origin": f"\n7\n{ROOT}\n",
    "leading zero": f"{ORIGIN}\n07\n{ROOT}\n",
    "negative": f"{ORIGIN}\n-7\n{ROOT}\n",
    "other digits": f"{ORIGIN}\n\u0667\n{ROOT}\n",
    "no number": f"{ORIGIN}\nseven\n{ROOT}\n",
    "beyond 63 bits": f"{ORIGIN}\n{2**63}\n{ROOT}\n",
    "endless number": f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
    "short root": f"{ORIGIN}\n7\n{ROOT[:-4]}\n",
    "a root that could be spelled otherwise": f"{ORIGIN}\n7\n{ROOT[:-2]}r=\n",
    "an empty log with a root": f"{ORIGIN}\n0\n{ROOT}\n",
}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(MalformedInput):
        Checkpoint.parse(text)


LINE = str(Signer(ORIGIN, SEED).sign("text\n"))
BAD_NOTES = {
    "empty": b"",
    "no signature": b"text\n\n",
    "no blank line": b"text\n" + LINE.encode(),
    "a cut line": b"text\n\n" + LINE.encode()[:-1],
    "a hyphen": ("text\n\n" + LINE.replace("\u2014", "-")).encode(),
    "a control character": ("te\x07xt\n\n" + LINE).encode(),
    "a carriage return": ("text\r\n\n" + LINE).encode(),
    "not utf-8": b"\xff\n\n" + LINE.encode(),
    "a key id only": "text\n\n— name AAAAAA==\n".encode(),
    "a name with a plus": ("text\n\n" + str(Signature("a+b", b"1234", b"x"))).encode(),
    "no name": "text\n\n—  AAAAAAAA\n".encode(),
    "not base64": "text\n\n— name @@@@@@@@\n".encode(),
}


@pytest.mark.parametrize("raw", BAD_NOTES.values(), ids=BAD_NOTES)
def test_what_is_no_note_is_refused(raw):
    with pytest.raises(MalformedInput):
        Note.parse(raw)


@pytest.mark.parametrize("raw", [b"x" * 300_000, ("text\n\n" + LINE * 101).encode()], ids=["bytes", "signatures"])
def test_a_note_without_end_is_refused(raw):
    with pytest.raises(TooLarge):
        Note.parse(raw)


def test_post_quantum_signatures_of_strangers_are_passed_over():
    strangers = [Signature(f"witness.example/{number}", bytes([number] * 4), bytes(5_000)) for number in range(16)]
    signer = Signer("log.example", b"\x21" * 32)
    note = Note("text\n", (*strangers, signer.sign("text\n")))
    signer.verifier.check(Note.parse(bytes(note)))


@pytest.mark.parametrize(
    "vkey",
    [GO_VKEY.replace("c74f20a3", "c74f20a4"), GO_VKEY[:-4], "name", "", "a b+00000000+AQ==", "+c74f20a3+AA=="],
)
def test_what_is_no_verifier_key_is_refused(vkey):
    with pytest.raises(MalformedInput):
        Verifier.parse(vkey)


class TestCosignature:
    witness = Signer("witness.example", b"\x11" * 32, COSIGNATURE)

    def test_it_has_the_time_at_which_the_witness_cosigned(self):
        note = signed().with_signatures([cosign(signed(), self.witness, 1_800_000_000)])
        assert cosigned_at(Note.parse(bytes(note)), Verifier.parse(str(self.witness.verifier))) == 1_800_000_000

    def test_another_time_is_not_what_was_signed(self):
        one = cosign(signed(), self.witness, 5)
        late = Signature(one.name, one.key_id, (6).to_bytes(8, "big") + one.value[8:])
        with pytest.raises(SignatureInvalid):
            cosigned_at(signed().with_signatures([late]), self.witness.verifier)

    def test_another_checkpoint_is_not_what_was_signed(self):
        one = cosign(signed(), self.witness, 5)
        with pytest.raises(SignatureInvalid):
            cosigned_at(signed(Head(8, HEAD.root)).with_signatures([one]), self.witness.verifier)

    def test_a_log_s_signature_is_no_cosignature_and_the_other_way_round(self):
        note = signed().with_signatures([cosign(signed(), self.witness, 5)])
        with pytest.raises(SignatureInvalid):
            self.witness.verifier.check(note)
        with pytest.raises(SignatureInvalid):
            cosigned_at(note, Signer(ORIGIN, SEED).verifier)

    def test_a_newer_one_replaces_the_older_one(self):
        note = signed().with_signatures([cosign(signed(), self.witness, 5)])
        again = note.with_signatures([cosign(note, self.witness, 9)])
        assert (len(again.signatures), cosigned_at(again, self.witness.verifier)) == (2, 9)


def test_the_empty_log_has_a_checkpoint():
    assert str(Checkpoint("o", Head(0, EMPTY_ROOT))) == "o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def test_a_name_that_is_no_text_is_refused():
    with pytest.raises(MalformedInput):
        Verifier.parse("le\udca6dger+a59de7db+" + "A" * 44)
