"""Every kind of proof document over a real chain: the true is valid, the changed is not, the unknown is said."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from typer.testing import CliRunner

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.errors import LedgerError, MalformedInput
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.verify import BUNDLE, RegistryReader, load_all, malformed, parse, verify, verify_all
from mydata_ledger.scripts.verify.attached import SeparateContent
from testing import proofs
from testing.devnet import live_chain
from testing.proofs import CLERK, COURT, CREW, GATEWAY, HOLDER, NURSE, PERSON, STRANGER, paths, put, tile_position
from tests.contracts.test_passkeys import assertion, coordinates

KINDS = ["consent", "record", "record with content", "disclosure", "erasure certificate"]
KINDS += [
    "withdrawal",
    "access receipt",
    "delegation",
    "consent of a delegate",
    "consent on paper",
    "refusal",
    "emergency",
    "acknowledgement",
]
UNCLAIMED = {("disclosure", "size")}
"""How many fields the record has is a hint for the proofs' shape: neighbouring sizes may give the same root."""
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def chain():
    with live_chain() as running:
        yield running


@pytest.fixture(scope="module")
def scribe(chain):
    return proofs.ProofBuilder(chain)


@pytest.fixture(scope="module")
def documents(scribe):
    found = proofs.every_kind(scribe)
    assert set(found) == set(KINDS)
    return found


@pytest.fixture(scope="module")
def snapshot(chain):
    return RegistryReader(chain.url)


def verdict(document, chain):
    try:
        return verify(parse(document), chain)
    except LedgerError as error:
        return malformed(error)


def end(document, chain):
    found = verdict(document, chain)
    return found.standing or found.result.value, found.steps[-1].number, found.steps[-1].code


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_true_is_valid_in_ten_checks(documents, snapshot, kind):
    found = verdict(documents[kind], snapshot)
    assert (found.result, [step.number for step in found.steps]) == ("valid", list(range(1, 11)))
    assert all(step.held and step.value_text("ko") and step.text for step in found.steps)


@pytest.mark.parametrize("kind", KINDS)
def test_any_changed_value_is_noticed(documents, snapshot, kind):
    document, tried = documents[kind], 0
    for path in set(paths(document)) - UNCLAIMED:
        value = tile_position(document, path)
        for other in others(value):
            assert end(put(document, path, other), snapshot)[0] not in {"valid", "expired"}, (path, other)
            tried += 1
    assert tried > 60


def others(value):
    """Values near the one that is there."""
    if isinstance(value, bool):
        return [not value, int(value)]
    if isinstance(value, int):
        return [value + 1, str(value), float(value), -1, True, 2**64]
    if isinstance(value, str):
        return [value + "0", value[:-1] + ("1" if value[-1:] == "0" else "0"), None]
    return ["x", 0]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
def test_any_flipped_byte_of_any_value_is_noticed(documents, snapshot, kind, data):
    document = documents[kind]
    path = data.draw(some.sampled_from([p for p in paths(document) if isinstance(tile_position(document, p), str)]))
    raw = bytearray(tile_position(document, path).encode())
    if not raw:
        return
    raw[data.draw(some.integers(0, len(raw) - 1))] ^= data.draw(some.integers(1, 255))
    changed = put(document, path, raw.decode("utf-8", "replace"))
    assert end(changed, snapshot)[0] not in {"valid", "expired"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_member_more_or_less_is_no_document(documents, kind):
    document = documents[kind]
    for name in document:
        if name not in {"notice", "content", "disclosure", "issue", "delegation"}:
            with pytest.raises(MalformedInput):
                parse({one: value for one, value in document.items() if one != name})
    for where in ((), ("message",), ("domain",), ("checkpoint",)):
        with pytest.raises(MalformedInput):
            parse(put(document, (*where, "more"), 1))


def test_each_check_has_its_own_failure(documents, scribe, snapshot):
    consent, receipt, record = documents["consent"], documents["access receipt"], documents["record with content"]
    other = documents["refusal"]
    forged = scribe.log(scribe.consent(), STRANGER)
    pretender = scribe.log(scribe.receipt(), STRANGER)
    unlocked = scribe.log(scribe.consent(), PERSON)
    unlocked = replace(unlocked, signed=replace(unlocked.signed, entry=replace(unlocked.signed.entry, lock=bytes(32))))
    scribe.anchor()
    assert end({"kind": "Consent"}, snapshot) == ("invalid", 1, "malformed")
    assert end(scribe.document(forged), snapshot) == ("invalid", 3, "signed_by_other")
    assert end(put(receipt, ("salt",), other["salt"]), snapshot) == ("invalid", 4, "entry_wrong")
    assert end(scribe.document(unlocked), snapshot) == ("invalid", 4, "lock_wrong")
    assert end(receipt | {"inclusion": other["inclusion"]}, snapshot) == ("invalid", 5, "not_included")
    assert end(proofs.with_notice(consent) | {"notice": {"language": "en", "text": proofs.NOTICE}}, snapshot) == (
        "invalid",
        6,
        "notice_wrong",
    )
    assert end(proofs.with_content(record, proofs.CONTENT + b" "), snapshot) == ("invalid", 6, "content_wrong")
    assert end(receipt | {"checkpoint": None, "inclusion": []}, snapshot) == ("unknown", 6, "nothing_attached")
    moved = put(receipt, ("registries", "access"), receipt["registries"]["records"])
    assert end(moved, snapshot) == ("invalid", 7, "registry_other")
    assert end(scribe.document(pretender), snapshot) == ("invalid", 8, "not_accredited")


def test_a_record_s_content_must_be_all_of_it(documents, snapshot):
    record = documents["record"]
    for changed in (
        proofs.with_content(record, json=False),
        proofs.with_content(record, b"{"),
        proofs.with_content(record, seed=bytes(32)),
        proofs.with_content(record, b""),
    ):
        assert end(changed, snapshot) == ("invalid", 6, "content_wrong")
    both = proofs.with_content(documents["disclosure"])
    assert end(both, snapshot)[:2] == ("invalid", 1)


@pytest.fixture
def apart(scribe):
    """A record whose content is in a file of its own."""
    content = b"\0 a scan \xff" * 1_000
    said = record_commitment(content, "application/dicom", proofs.SEED)
    logged = scribe.log(scribe.issue(commitment=said), HOLDER)
    scribe.anchor()
    return scribe.document(logged) | {"content": SeparateContent(proofs.SEED).written()}, content


def test_content_that_is_kept_apart_must_be_given(apart, snapshot, tmp_path):
    document, content = apart
    file = tmp_path / "scan.dcm"
    file.write_bytes(content)
    assert end(document, snapshot) == ("unknown", 6, "content_missing")
    assert verdict_with(document, file, snapshot) == ("valid", 10)
    for other in (content[:-1], content + b" ", b""):
        file.write_bytes(other)
        assert verdict_with(document, file, snapshot) == ("invalid", 6)
    file.write_bytes(content)
    assert verdict_with(put(document, ("content", "seed"), "0x" + "00" * 32), file, snapshot) == ("invalid", 6)
    for changed in ({"json": True}, {"base64": None}, {"more": 1}, {"json": 0}):
        assert end(put(document, ("content",), {**document["content"], **changed}), snapshot)[:2] == ("invalid", 1)


def verdict_with(document, file, snapshot):
    found = parse(document)
    content = replace(found.attached.content, file=file)
    told = verify(replace(found, attached=replace(found.attached, content=content)), snapshot)
    return told.result, told.steps[-1].number


def test_the_command_takes_content_for_one_such_document_only(apart, documents, tmp_path):
    document, content = apart
    proof, other, file = tmp_path / "proof.json", tmp_path / "other.json", tmp_path / "scan.dcm"
    proof.write_text(json.dumps(document))
    other.write_text(json.dumps(documents["record with content"]))
    file.write_bytes(content)
    for files in ([other], [proof, proof]):
        command = ["verify", *map(str, files), "--content", str(file), "--rpc", "http://127.0.0.1:1"]
        done = CliRunner().invoke(app, command)
        assert "--content needs exactly one document" in str(done.exception)


def test_disclosed_fields_are_of_this_record_and_no_other(documents, scribe, snapshot):
    other = scribe.log(scribe.issue(commitment=bytes(32)), HOLDER)
    scribe.anchor()
    foreign = scribe.document(other) | {"disclosure": documents["disclosure"]["disclosure"]}
    assert end(foreign, snapshot) == ("invalid", 6, "fields_wrong")
    none = put(documents["disclosure"], ("disclosure", "fields"), [])
    assert end(none, snapshot)[0] == "invalid"


def test_an_erasure_is_by_someone_entitled_of_an_older_record(scribe, snapshot):
    record, foreign = scribe.log(scribe.issue(), HOLDER), scribe.log(scribe.issue(), HOLDER)
    early = scribe.log(scribe.erasure(record.signed.statement, erased_at=scribe.now - 1), PERSON)
    by_holder = scribe.log(scribe.erasure(record.signed.statement, signer=HOLDER.signer), HOLDER)
    by_other = scribe.log(scribe.erasure(record.signed.statement, signer=STRANGER.signer), STRANGER)
    late = scribe.log(record.signed.statement, HOLDER)
    scribe.anchor()
    assert end(scribe.certificate(by_holder, record), snapshot)[0] == "valid"
    assert end(scribe.certificate(by_other, record), snapshot) == ("invalid", 6, "erased_by_other")
    assert end(scribe.certificate(by_holder, foreign), snapshot) == ("invalid", 6, "erased_other")
    assert end(scribe.certificate(by_holder, late), snapshot) == ("invalid", 6, "erased_younger")
    assert end(scribe.certificate(early, record), snapshot) == ("invalid", 6, "erased_younger")
    assert end(scribe.document(by_holder), snapshot) == ("unknown", 6, "erased_missing")
    forged = scribe.log(replace(record.signed.statement, record_id=bytes(32)), STRANGER)
    gone = scribe.log(scribe.erasure(forged.signed.statement), PERSON)
    scribe.anchor()
    assert end(scribe.certificate(gone, forged), snapshot) == ("invalid", 3, "signed_by_other")


def test_who_signs_for_another_was_named_before_for_that(scribe, chain, snapshot):
    said = scribe.consent(signer=STRANGER.signer)
    offices = {
        "valid": scribe.delegation(),
        "other": scribe.delegation(delegate=CREW.signer),
        "closed": scribe.delegation(expires=scribe.now),
        "narrower": scribe.delegation(categories=("health.lab.blood", "finance")),
        "by_other": scribe.delegation(delegator=STRANGER.signer),
    }
    signers = {name: STRANGER if name == "by_other" else PERSON for name in offices}
    logged = {name: scribe.log(office, signers[name]) for name, office in offices.items()}
    consent, withdrawal = scribe.log(said, STRANGER), replace(scribe.revocation(bytes(32)), signer=STRANGER.signer)
    ended, late = scribe.log(withdrawal, STRANGER), scribe.log(scribe.delegation(), PERSON)
    scribe.anchor()

    def with_office(document, office):
        return scribe.document(document) | {"delegation": scribe.document(office)}

    assert end(scribe.document(consent), snapshot) == ("unknown", 6, "delegation_missing")
    assert end(with_office(consent, logged["valid"]), snapshot)[0] == "valid"
    assert end(with_office(ended, logged["valid"]), snapshot)[0] == "valid"
    assert end(with_office(consent, late), snapshot) == ("invalid", 6, "delegation_closed")
    for name in ("other", "closed", "narrower", "by_other"):
        assert end(with_office(consent, logged[name]), snapshot) == ("invalid", 6, f"delegation_{name}")
    assert end(scribe.document(logged["by_other"]), snapshot) == ("invalid", 6, "delegation_by_other")
    chain.send(chain.contract("consents").functions.revoke(logged["valid"].signed.entry.core, proofs.SECRET))
    assert end(with_office(consent, logged["valid"]), snapshot) == ("revoked", 9, "delegation_revoked")
    assert end(scribe.document(logged["valid"]), snapshot) == ("revoked", 9, "delegation_revoked")
    assert end(with_office(ended, logged["valid"]), snapshot)[0] == "valid"


def test_a_guardian_is_named_by_an_authority(scribe, snapshot):
    guardian = scribe.delegation(relation="guardian", delegator=COURT.signer)
    by_court = scribe.log(guardian, COURT)
    by_nobody = scribe.log(replace(guardian, delegator=CREW.signer), CREW)
    consent = scribe.log(scribe.consent(signer=STRANGER.signer), STRANGER)
    over = scribe.log(replace(guardian, expires=scribe.now), COURT)
    scribe.anchor()
    assert end(scribe.document(by_court), snapshot)[0] == "valid"
    assert end(scribe.document(over), snapshot) == ("expired", 10, "window_over")
    assert end(scribe.document(by_nobody), snapshot) == ("invalid", 8, "not_accredited")
    for office, result in ((by_court, "valid"), (by_nobody, "invalid")):
        document = scribe.document(consent) | {"delegation": scribe.document(office)}
        assert end(document, snapshot)[0] == result


def test_two_accredited_witnesses_vouch_for_a_paper_and_for_that_one_only(scribe, snapshot):
    said = scribe.consent(signer=CLERK.signer)
    paper, word = scribe.witness_statement(said), scribe.log(scribe.witness_statement(said), NURSE)
    consent, other = scribe.log(said, CLERK), scribe.log(replace(said, version=2), CLERK)
    late, alone = scribe.log(paper, NURSE), scribe.consent(signer=STRANGER.signer)
    by_stranger = scribe.log(scribe.witness_statement(alone), NURSE), scribe.log(alone, STRANGER)
    third = scribe.log(replace(paper, delegator=CREW.signer), CREW), scribe.log(said, CLERK)
    scribe.anchor()

    def with_word(document, office):
        return end(scribe.document(document) | {"delegation": scribe.document(office)}, snapshot)

    assert with_word(consent, word)[0] == "valid"
    assert with_word(other, word) == ("invalid", 6, "paper_other")
    assert with_word(consent, late) == ("invalid", 6, "delegation_closed")
    for office, signed in (by_stranger, third):
        assert with_word(signed, office) == ("invalid", 8, "not_accredited")


def test_what_ended_on_chain_says_how(scribe, chain, snapshot):
    consent, record, corrected = scribe.consent(), scribe.issue(), scribe.issue()
    given, kept, old = scribe.log(consent, PERSON), scribe.log(record, HOLDER), scribe.log(corrected, HOLDER)
    earlier = scribe.log(scribe.receipt(consents=(given.signed.entry.entry,)), GATEWAY)
    later = scribe.log(scribe.receipt(consents=(given.signed.entry.entry,), decided_at=scribe.now + 10**6), GATEWAY)
    ended = scribe.log(scribe.revocation(given.signed.entry.entry), PERSON)
    scribe.anchor()
    documents = [scribe.document(one) for one in (given, kept, old, earlier, later, ended)]
    assert [end(one, snapshot)[0] for one in documents] == ["valid"] * 6
    chain.send(chain.contract("consents").functions.revoke(given.signed.entry.core, proofs.SECRET))
    chain.send(chain.contract("records").functions.withdraw(kept.signed.entry.core, proofs.SECRET))
    chain.send(chain.contract("records").functions.supersede(old.signed.entry.core, proofs.SECRET, b"\1" * 32))
    assert [end(one, snapshot) for one in documents] == [
        ("revoked", 9, "consent_revoked"),
        ("withdrawn", 9, "record_withdrawn"),
        ("superseded", 9, "record_superseded"),
        ("revoked", 9, "receipt_before"),
        ("revoked", 9, "receipt_after"),
        ("valid", 10, "window_none"),
    ]
    assert verdict(documents[-1], snapshot).steps[8].code == "revocation_marked"


def test_a_consent_whose_window_is_over_is_expired(scribe, snapshot):
    grant = scribe.consent().grants[0]
    over = scribe.log(scribe.consent(grants=(replace(grant, expires=scribe.now),)), PERSON)
    ahead = scribe.log(scribe.consent(grants=(replace(grant, not_before=scribe.now + 10**6),)), PERSON)
    scribe.anchor()
    assert end(scribe.document(over), snapshot) == ("expired", 10, "window_over")
    assert end(scribe.document(ahead), snapshot) == ("valid", 10, "window_future")


def test_an_accreditation_counts_when_the_statement_was_made_or_taken_in(scribe, chain, snapshot):
    retired = Wallet(b"\7" * 32)
    words, parties = [b"operator".ljust(32, b"\0")], chain.contract("parties").functions
    chain.send(parties.register(retired.address, "an old gateway", words, b"", scribe.now - 100, scribe.now - 50))
    within = scribe.log(scribe.receipt(decided_at=scribe.now - 60), retired)
    after = scribe.log(scribe.receipt(decided_at=scribe.now - 50), retired)
    scribe.anchor()
    assert end(scribe.document(within), snapshot)[0] == "valid"
    assert end(scribe.document(after), snapshot) == ("invalid", 8, "not_accredited")
    chain.send(parties.update(retired.address, "an old gateway", [b"holder".ljust(32, b"\0")], b"", 0, 2**63))
    assert end(scribe.document(within), snapshot) == ("invalid", 8, "not_accredited")


def test_contract_wallets_and_passkeys_are_asked_on_chain(scribe, chain, snapshot):
    wallet, absent, key = "0x" + "57" * 20, "0x" + "58" * 20, ec.generate_private_key(ec.SECP256R1())
    passkey = bytes.fromhex(chain.deployment.passkeys[2:]) + coordinates(key)
    by_wallet, by_absent = own(scribe, bytes.fromhex(wallet[2:])), own(scribe, bytes.fromhex(absent[2:]))
    by_passkey = own(scribe, passkey)
    chain.web3.provider.make_request("anvil_setCode", [wallet, yes_to(scribe.digest(by_wallet))])
    signed = scribe.log(by_wallet, None, b"\1" * 200)
    refused = scribe.log(replace(by_wallet, version=9), None, b"\1" * 200)
    wrapped = scribe.log(by_absent, None, b"\1" * 96 + bytes.fromhex("6492" * 16))
    nobody = scribe.log(by_absent, STRANGER)
    touched = scribe.log(by_passkey, None, assertion(key, scribe.digest(by_passkey)))
    forged = scribe.log(by_passkey, None, assertion(key, bytes(32)))
    nonsense = scribe.log(own(scribe, b"\1\2"), None, b"")
    nameless = scribe.log(own(scribe, b""), None, b"")
    by_gateway = scribe.log(own(scribe, b""), GATEWAY)
    scribe.anchor()
    every = (signed, refused, wrapped, nobody, touched, forged, nonsense, nameless, by_gateway)
    found = [end(scribe.document(one), snapshot) for one in every]
    assert [one[0] for one in found] == ["valid", "invalid", "unknown", "invalid", "valid", *["invalid"] * 4]
    assert {one[1] for one in found if one[0] == "invalid"} == {3}
    assert verdict(scribe.document(wrapped), snapshot).steps[2].code == "wallet_absent"
    silent = verdict(scribe.document(signed), RegistryReader(NOBODY))
    assert (silent.result, silent.steps[2].code, silent.steps[-1].number) == ("unknown", "chain_silent", 6)


def own(scribe, signer):
    """A person's consent, whatever signs for them."""
    return scribe.consent(data_subject=signer, signer=signer)


def yes_to(digest):
    """Code of a wallet that says by ERC-1271 that it signed exactly this digest."""
    return "0x600435" + "7f" + digest.hex() + "14" + "631626ba7e" + "60e01b02" + "6000526020" + "6000f3"


@pytest.mark.parametrize("kind", KINDS)
def test_a_silent_chain_is_unknown_and_what_is_altered_is_invalid_even_then(documents, kind):
    silent = RegistryReader(NOBODY)
    assert end(documents[kind], silent) == ("unknown", 7, "chain_silent")
    assert end(put(documents[kind], ("salt",), "0x" + "00" * 32), silent)[0] == "invalid"


def test_many_are_checked_as_each_alone_in_the_order_given(documents, snapshot):
    many = [*documents.values(), put(documents["record"], ("salt",), "0x" + "00" * 32)] * 120
    parsed = [parse(one) for one in many]
    parsed[7] = MalformedInput("no document")
    found = list(verify_all(parsed, snapshot))
    alone = [verify(one, snapshot).as_json() for one in parsed[:7]]
    assert [one.as_json() for one in found[:7]] == alone
    assert len(found) == len(many) > 1_000
    assert [one.result.value for one in found[6:14]] == ["valid", "invalid", *["valid"] * 5, "invalid"]


def results(path, chain):
    return [one.result.value for one in verify_all(load_all(path), chain)]


def test_files_of_one_of_many_and_of_lines(documents, snapshot, tmp_path):
    path, many = tmp_path / "file", list(documents.values())
    for text in (
        json.dumps(many),
        json.dumps({"kind": BUNDLE, "documents": many}, indent=1),
        "\n".join(map(json.dumps, many)),
        "\n\n".join(map(json.dumps, many)) + "\n\n",
    ):
        path.write_text(text)
        assert results(path, snapshot) == ["valid"] * len(many)
    path.write_text(json.dumps(many[0], indent=4))
    assert results(path, snapshot) == ["valid"]
    path.write_text(json.dumps(many[0]) + "\n{\n" + json.dumps(many[1]))
    assert results(path, snapshot) == ["valid", "invalid", "valid"]


GARBAGE = [b"", b" ", b"null", b"[]", b"{}", b"0", b'"x"', b"\xff\xfe", b"NaN", b"9" * 10_000, b'"\\ud800"']
GARBAGE += [b"{" * 100_000, b"[" * 100_000, b'{"a":' * 10_000, b'{"kind":"Consent","kind":"Issue"}']
GARBAGE += [b'{"kind":{}}', b'{"kind":"Consent","log":"consents","message":[]}', b'[[[[]]], null, {"kind": []}]']
GARBAGE += [b'{"kind":"mydata-proofs-1","documents":{}}']


@pytest.mark.parametrize("raw", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_fails_check_one(snapshot, tmp_path, raw):
    path = tmp_path / "garbage"
    path.write_bytes(raw)
    found = list(verify_all(load_all(path), snapshot))
    assert found
    assert {(one.result.value, one.steps[-1].number, one.steps[-1].code) for one in found} == {
        ("invalid", 1, "malformed")
    }


def test_a_file_of_any_size_is_an_answer(snapshot, tmp_path):
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(2**31)
    assert results(path, snapshot) == ["invalid"]


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
def test_any_value_in_any_place_ends_in_a_verdict(documents, snapshot, data):
    document = documents[data.draw(some.sampled_from(KINDS))]
    path = data.draw(some.sampled_from([p[:n] for p in paths(document) for n in range(1, len(p) + 1)]))
    found = verdict(put(document, path, data.draw(JSON)), snapshot)
    assert found.steps[-1].number <= 10
    read(json.dumps(found.as_json("ko")).encode())


def test_crew_is_someone_else():
    assert len({CREW.address, GATEWAY.address, HOLDER.address, PERSON.address, STRANGER.address}) == 5
