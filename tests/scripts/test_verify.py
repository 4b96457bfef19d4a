"""Every kind of proof document over a chain: a good one is valid, a changed one invalid, a missing fact unknown."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.errors import LedgerError, MalformedInput
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.verify import BUNDLE, RegistryReader, load_all, malformed, parse, verify, verify_all
from mydata_ledger.scripts.verify.attached import SeparateContent
from testing import proofs
from testing.devnet import live_chain
from testing.proofs import CLERK, COURT, CREW, GATEWAY, HOLDER, NURSE, PERSON, STRANGER, paths, put, value_at
from testing.sizes import sized
from tests.contracts.test_passkeys import assertion, coordinates
from tests.ledger.test_signers import FORMS

KINDS = ["consent", "record", "record with content", "disclosure", "erasure certificate"]
KINDS += [
    "withdrawal",
    "access receipt",
    "delegation",
    "consent of a delegate",
    "consent on paper",
    "refusal",
    "emergency",
    "extension",
    "acknowledgement",
]
UNCLAIMED = {("disclosure", "size")}
"""Paths whose change may not matter: the number of fields only hints at the shape of the proofs."""
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def chain():
    with live_chain() as running:
        yield running


@pytest.fixture(scope="module")
def builder(chain):
    return proofs.ProofBuilder(chain)


@pytest.fixture(scope="module")
def documents(builder):
    by_kind = proofs.every_kind(builder)
    assert set(by_kind) == set(KINDS)
    return by_kind


@pytest.fixture(scope="module")
def snapshot(chain):
    return RegistryReader(chain.url)


def verdict(document, chain):
    try:
        return verify(parse(document), chain)
    except LedgerError as error:
        return malformed(error)


def end(document, chain):
    reached = verdict(document, chain)
    return reached.standing or reached.result.value, reached.steps[-1].number, reached.steps[-1].code


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_document_is_valid_in_ten_checks(documents, snapshot, kind):
    reached = verdict(documents[kind], snapshot)
    assert (reached.result, [step.number for step in reached.steps]) == ("valid", list(range(1, 11)))
    assert all(step.held and step.value_text("ko") and step.text for step in reached.steps)


def test_an_older_document_has_its_largest_numbers_as_numbers(documents, snapshot):
    written = documents["consent"]
    assert written["message"]["grants"][0]["expires"] == str(NEVER)
    older = put(written, ("message", "grants", 0, "expires"), NEVER)
    assert verdict(older, snapshot).result == "valid"
    for wrong in (str(NEVER - 1), 9223372036854776000, "0" + str(NEVER), float(NEVER)):
        assert verdict(put(written, ("message", "grants", 0, "expires"), wrong), snapshot).result == "invalid"
    assert verdict(put(written, ("message", "version"), "1"), snapshot).result == "invalid", "a small one is a number"


@pytest.mark.parametrize("kind", KINDS)
def test_any_changed_value_is_noticed(documents, snapshot, kind):
    document, tried = documents[kind], 0
    for path in set(paths(document)) - UNCLAIMED:
        value = value_at(document, path)
        for other in others(value):
            assert end(put(document, path, other), snapshot)[0] not in {"valid", "expired"}, (path, other)
            tried += 1
    assert tried > 60


def others(value):
    """Values near the given one."""
    if isinstance(value, bool):
        return [not value, int(value)]
    if isinstance(value, int):
        return [value + 1, str(value), float(value), -1, True, 2**64]
    if isinstance(value, str):
        return [value + "0", value[:-1] + ("1" if value[-1:] == "0" else "0"), None]
    return ["x", 0]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=sized(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_byte_of_any_value_is_noticed(documents, snapshot, kind, data):
    document = documents[kind]
    path = data.draw(st.sampled_from([p for p in paths(document) if isinstance(value_at(document, p), str)]))
    raw = bytearray(value_at(document, path).encode())
    if not raw:
        return
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    changed = put(document, path, raw.decode("utf-8", "replace"))
    assert end(changed, snapshot)[0] not in {"valid", "expired"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_member_more_or_less_is_no_document(documents, kind):
    document = documents[kind]
    for name in document:
        if name not in {"notice", "content", "disclosure", "issue", "delegation", "consents"}:
            with pytest.raises(MalformedInput):
                parse({member: value for member, value in document.items() if member != name})
    for where in ((), ("message",), ("domain",), ("checkpoint",)):
        with pytest.raises(MalformedInput):
            parse(put(document, (*where, "more"), 1))


def test_each_check_has_its_own_failure(documents, builder, snapshot):
    consent, receipt, record = documents["consent"], documents["access receipt"], documents["record with content"]
    other = documents["refusal"]
    forged = builder.log(builder.consent(), STRANGER)
    pretender = builder.log(builder.receipt(), STRANGER)
    unlocked = builder.log(builder.consent(), PERSON)
    unlocked = replace(unlocked, signed=replace(unlocked.signed, entry=replace(unlocked.signed.entry, lock=bytes(32))))
    builder.anchor()
    assert end({"kind": "Consent"}, snapshot) == ("invalid", 1, "malformed")
    assert end(builder.document(forged), snapshot) == ("invalid", 3, "signed_by_other")
    assert end(put(receipt, ("salt",), other["salt"]), snapshot) == ("invalid", 4, "entry_wrong")
    assert end(builder.document(unlocked), snapshot) == ("invalid", 4, "lock_wrong")
    assert end(receipt | {"inclusion": other["inclusion"]}, snapshot) == ("invalid", 5, "not_included")
    assert end(proofs.with_notice(consent) | {"notice": {"language": "en", "text": proofs.NOTICE}}, snapshot) == (
        "invalid",
        6,
        "notice_wrong",
    )
    assert end(proofs.with_content(record, proofs.CONTENT + b" "), snapshot) == ("invalid", 6, "content_wrong")
    assert end(receipt | {"checkpoint": None, "inclusion": []}, snapshot) == ("unknown", 6, "consents_agree")
    moved = put(receipt, ("registries", "access"), receipt["registries"]["records"])
    assert end(moved, snapshot) == ("invalid", 7, "registry_other")
    assert end(builder.document(pretender), snapshot) == ("invalid", 8, "not_accredited")


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
def apart(builder):
    """A record whose content is in a separate file."""
    content = b"\0 a scan \xff" * 1_000
    commitment = record_commitment(content, "application/dicom", proofs.SEED)
    logged = builder.log(builder.issue(commitment=commitment), HOLDER)
    builder.anchor()
    return builder.document(logged) | {"content": SeparateContent(proofs.SEED).written()}, content


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
    parsed = parse(document)
    content = replace(parsed.attached.content, file=file)
    reached = verify(replace(parsed, attached=replace(parsed.attached, content=content)), snapshot)
    return reached.result, reached.steps[-1].number


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


def test_disclosed_fields_are_of_this_record_and_no_other(documents, builder, snapshot):
    other = builder.log(builder.issue(commitment=bytes(32)), HOLDER)
    builder.anchor()
    foreign = builder.document(other) | {"disclosure": documents["disclosure"]["disclosure"]}
    assert end(foreign, snapshot) == ("invalid", 6, "fields_wrong")
    none = put(documents["disclosure"], ("disclosure", "fields"), [])
    assert end(none, snapshot)[0] == "invalid"


def test_an_erasure_is_by_someone_entitled_of_an_older_record(builder, snapshot):
    record, foreign = builder.log(builder.issue(), HOLDER), builder.log(builder.issue(), HOLDER)
    early = builder.log(builder.erasure(record.signed.statement, erased_at=builder.now - 1), PERSON)
    by_holder = builder.log(builder.erasure(record.signed.statement, signer=HOLDER.signer), HOLDER)
    by_other = builder.log(builder.erasure(record.signed.statement, signer=STRANGER.signer), STRANGER)
    late = builder.log(record.signed.statement, HOLDER)
    builder.anchor()
    assert end(builder.certificate(by_holder, record), snapshot)[0] == "valid"
    assert end(builder.certificate(by_other, record), snapshot) == ("invalid", 6, "erased_by_other")
    assert end(builder.certificate(by_holder, foreign), snapshot) == ("invalid", 6, "erased_other")
    assert end(builder.certificate(by_holder, late), snapshot) == ("invalid", 6, "erased_younger")
    assert end(builder.certificate(early, record), snapshot) == ("invalid", 6, "erased_younger")
    assert end(builder.document(by_holder), snapshot) == ("unknown", 6, "erased_missing")
    forged = builder.log(replace(record.signed.statement, record_id=bytes(32)), STRANGER)
    gone = builder.log(builder.erasure(forged.signed.statement), PERSON)
    builder.anchor()
    assert end(builder.certificate(gone, forged), snapshot) == ("invalid", 3, "signed_by_other")


def test_a_delegate_must_be_appointed_before_signing(builder, chain, snapshot):
    statement = builder.consent(signer=STRANGER.signer)
    offices = {
        "valid": builder.delegation(),
        "other": builder.delegation(delegate=CREW.signer),
        "closed": builder.delegation(expires=builder.now),
        "narrower": builder.delegation(categories=("health.lab.blood", "finance")),
        "by_other": builder.delegation(delegator=STRANGER.signer),
    }
    signers = {name: STRANGER if name == "by_other" else PERSON for name in offices}
    logged = {name: builder.log(delegation, signers[name]) for name, delegation in offices.items()}
    consent, withdrawal = (
        builder.log(statement, STRANGER),
        replace(builder.revocation(bytes(32)), signer=STRANGER.signer),
    )
    ended, late = builder.log(withdrawal, STRANGER), builder.log(builder.delegation(), PERSON)
    builder.anchor()

    def with_office(document, delegation):
        return builder.document(document) | {"delegation": builder.document(delegation)}

    assert end(builder.document(consent), snapshot) == ("unknown", 6, "delegation_missing")
    assert end(with_office(consent, logged["valid"]), snapshot)[0] == "valid"
    assert end(with_office(ended, logged["valid"]), snapshot)[0] == "valid"
    assert end(with_office(consent, late), snapshot) == ("invalid", 6, "delegation_closed")
    for name in ("other", "closed", "narrower", "by_other"):
        assert end(with_office(consent, logged[name]), snapshot) == ("invalid", 6, f"delegation_{name}")
    assert end(builder.document(logged["by_other"]), snapshot) == ("invalid", 6, "delegation_by_other")
    chain.send(chain.contract("consents").functions.revoke(*builder.opening(logged["valid"])))
    assert end(with_office(consent, logged["valid"]), snapshot) == ("revoked", 9, "delegation_revoked")
    assert end(builder.document(logged["valid"]), snapshot) == ("revoked", 9, "delegation_revoked")
    assert end(with_office(ended, logged["valid"]), snapshot)[0] == "valid"


def test_a_guardian_is_named_by_an_authority(builder, snapshot):
    guardian = builder.delegation(relation="guardian", delegator=COURT.signer)
    by_court = builder.log(guardian, COURT)
    by_nobody = builder.log(replace(guardian, delegator=CREW.signer), CREW)
    consent = builder.log(builder.consent(signer=STRANGER.signer), STRANGER)
    over = builder.log(replace(guardian, expires=builder.now), COURT)
    builder.anchor()
    assert end(builder.document(by_court), snapshot)[0] == "valid"
    assert end(builder.document(over), snapshot) == ("expired", 10, "window_over")
    assert end(builder.document(by_nobody), snapshot) == ("invalid", 8, "not_accredited")
    for delegation, result in ((by_court, "valid"), (by_nobody, "invalid")):
        document = builder.document(consent) | {"delegation": builder.document(delegation)}
        assert end(document, snapshot)[0] == result


def test_two_accredited_witnesses_attest_one_consent_on_paper_and_no_other(builder, snapshot):
    statement = builder.consent(signer=CLERK.signer)
    attestation, witnessed = (
        builder.witness_statement(statement),
        builder.log(builder.witness_statement(statement), NURSE),
    )
    consent, other = builder.log(statement, CLERK), builder.log(replace(statement, version=2), CLERK)
    late, alone = builder.log(attestation, NURSE), builder.consent(signer=STRANGER.signer)
    by_stranger = builder.log(builder.witness_statement(alone), NURSE), builder.log(alone, STRANGER)
    third = builder.log(replace(attestation, delegator=CREW.signer), CREW), builder.log(statement, CLERK)
    builder.anchor()

    def with_witness(document, delegation):
        return end(builder.document(document) | {"delegation": builder.document(delegation)}, snapshot)

    assert with_witness(consent, witnessed)[0] == "valid"
    assert with_witness(other, witnessed) == ("invalid", 6, "paper_other")
    assert with_witness(consent, late) == ("invalid", 6, "delegation_closed")
    for delegation, signed in (by_stranger, third):
        assert with_witness(signed, delegation) == ("invalid", 8, "not_accredited")


def test_a_document_that_ended_on_chain_shows_how(builder, chain, snapshot):
    consent, record, corrected = builder.consent(), builder.issue(), builder.issue()
    given, kept, old = builder.log(consent, PERSON), builder.log(record, HOLDER), builder.log(corrected, HOLDER)
    earlier = builder.log(builder.receipt(consents=(given.signed.entry.entry,)), GATEWAY)
    later = builder.log(builder.receipt(consents=(given.signed.entry.entry,), decided_at=builder.now + 10**6), GATEWAY)
    ended = builder.log(builder.revocation(given.signed.entry.entry, builder.opening(given)[1]), PERSON)
    builder.anchor()
    documents = [builder.document(one) for one in (given, kept, old, earlier, later, ended)]
    assert [end(one, snapshot)[0] for one in documents] == ["valid"] * 6
    chain.send(chain.contract("consents").functions.revoke(*builder.opening(given)))
    builder.withdraw(kept)
    builder.withdraw(old, b"\1" * 32)
    assert [end(one, snapshot) for one in documents] == [
        ("revoked", 9, "consent_revoked"),
        ("withdrawn", 9, "record_withdrawn"),
        ("superseded", 9, "record_superseded"),
        ("permitted_then", 9, "receipt_before"),
        ("revoked", 9, "receipt_after"),
        ("valid", 10, "window_none"),
    ]
    assert verdict(documents[-1], snapshot).steps[8].code == "revocation_marked"


@pytest.mark.parametrize("by_secret", [True, False])
def test_a_consent_that_was_put_in_twice_ends_as_one(builder, chain, snapshot, by_secret):
    statement = builder.consent()
    signature = PERSON.sign(builder.digest(statement))
    other_form = signature[:64] + bytes([signature[64] - 27])
    twins = [builder.log(statement, PERSON, made) for made in (signature, signature, other_form)]
    builder.anchor()
    documents = [builder.document(twin) for twin in twins]
    assert len({document["entry"] for document in documents}) == 3
    assert [end(one, snapshot)[0] for one in documents] == ["valid"] * 3
    consents = chain.contract("consents").functions
    if by_secret:
        chain.send(consents.revoke(b"a core of somebody else's".ljust(32), builder.opening(twins[0])[1]))
    else:
        builder.revoke_by_signature(twins[0])
    assert [end(one, snapshot) for one in documents] == [("revoked", 9, "consent_revoked")] * 3


def test_a_record_that_was_put_in_twice_is_withdrawn_as_one(builder, snapshot):
    issue = builder.issue()
    first, twin = builder.log(issue, HOLDER), builder.log(issue, HOLDER)
    builder.anchor()
    builder.withdraw(first)
    assert end(builder.document(twin), snapshot) == ("withdrawn", 9, "record_withdrawn")


def test_a_receipt_names_the_locks_of_its_consents_and_an_older_one_says_what_it_cannot_tell(builder, chain, snapshot):
    given, other = builder.log(builder.consent(), PERSON), builder.log(builder.consent(), PERSON)
    logged = builder.log(builder.receipt(consents=(given.signed.entry.entry, other.signed.entry.entry)), GATEWAY)
    builder.anchor()
    document = builder.document(logged)
    older = {name: value for name, value in document.items() if name != "consents"}
    names = [step.code for step in verdict(document, snapshot).steps]
    assert (names[5], names[8]) == ("consents_agree", "receipt_permitted")
    assert [verdict(older, snapshot).steps[n].code for n in (5, 8)] == ["nothing_attached", "receipt_permitted_older"]
    for changed in (document["consents"][:1], document["consents"][::-1], document["consents"] * 2):
        assert end(document | {"consents": changed}, snapshot) == ("invalid", 6, "consents_wrong")
    for shapeless in ([], {}, [{}], [{"core": "0x"}], [document["consents"][0] | {"more": 1}]):
        assert end(document | {"consents": shapeless}, snapshot) == ("invalid", 1, "malformed")
    assert end(documents_of_no_receipt(builder) | {"consents": document["consents"]}, snapshot)[:2] == ("invalid", 1)
    chain.send(chain.contract("consents").functions.revoke(bytes(32), builder.opening(other)[1]))
    assert end(document, snapshot) == ("permitted_then", 9, "receipt_before")
    assert end(older, snapshot)[0] == "valid", "by the entry alone an end by secret is not seen"


def documents_of_no_receipt(builder):
    logged = builder.log(builder.consent(), PERSON)
    builder.anchor()
    return builder.document(logged)


def test_a_consent_whose_window_is_over_is_expired(builder, snapshot):
    grant = builder.consent().grants[0]
    over = builder.log(builder.consent(grants=(replace(grant, expires=builder.now),)), PERSON)
    ahead = builder.log(builder.consent(grants=(replace(grant, not_before=builder.now + 10**6),)), PERSON)
    builder.anchor()
    assert end(builder.document(over), snapshot) == ("expired", 10, "window_over")
    assert end(builder.document(ahead), snapshot) == ("valid", 10, "window_future")


def test_an_accreditation_counts_when_the_statement_was_made_or_taken_in(builder, chain, snapshot):
    retired = Wallet(b"\7" * 32)
    words, parties = [b"operator".ljust(32, b"\0")], chain.contract("parties").functions
    chain.send(parties.register(retired.address, "an old gateway", words, b"", builder.now - 100, builder.now - 50))
    within = builder.log(builder.receipt(decided_at=builder.now - 60), retired)
    after = builder.log(builder.receipt(decided_at=builder.now - 50), retired)
    builder.anchor()
    assert end(builder.document(within), snapshot)[0] == "valid"
    assert end(builder.document(after), snapshot) == ("invalid", 8, "not_accredited")
    chain.send(parties.update(retired.address, "an old gateway", [b"holder".ljust(32, b"\0")], b"", 0, 2**63))
    assert end(builder.document(within), snapshot) == ("invalid", 8, "not_accredited")


def test_contract_wallets_and_passkeys_are_asked_on_chain(builder, chain, snapshot):
    wallet, absent, key = "0x" + "57" * 20, "0x" + "58" * 20, ec.generate_private_key(ec.SECP256R1())
    passkey = bytes.fromhex(chain.deployment.passkeys[2:]) + coordinates(key)
    by_wallet, by_absent = own(builder, bytes.fromhex(wallet[2:])), own(builder, bytes.fromhex(absent[2:]))
    by_passkey = own(builder, passkey)
    chain.web3.provider.make_request("anvil_setCode", [wallet, yes_to(builder.digest(by_wallet))])
    signed = builder.log(by_wallet, None, b"\1" * 200)
    refused = builder.log(replace(by_wallet, version=9), None, b"\1" * 200)
    wrapped = builder.log(by_absent, None, b"\1" * 96 + bytes.fromhex("6492" * 16))
    nobody = builder.log(by_absent, STRANGER)
    touched = builder.log(by_passkey, None, assertion(key, builder.digest(by_passkey)))
    forged = builder.log(by_passkey, None, assertion(key, bytes(32)))
    nonsense = builder.log(own(builder, b"\1\2"), None, b"")
    nameless = builder.log(own(builder, b""), None, b"")
    by_gateway = builder.log(own(builder, b""), GATEWAY)
    builder.anchor()
    every = (signed, refused, wrapped, nobody, touched, forged, nonsense, nameless, by_gateway)
    found = [end(builder.document(one), snapshot) for one in every]
    assert [one[0] for one in found] == ["valid", "invalid", "unknown", "invalid", "valid", *["invalid"] * 4]
    assert {one[1] for one in found if one[0] == "invalid"} == {3}
    assert verdict(builder.document(wrapped), snapshot).steps[2].code == "wallet_absent"
    silent = verdict(builder.document(signed), RegistryReader(NOBODY))
    assert (silent.result, silent.steps[2].code, silent.steps[-1].number) == ("unknown", "chain_silent", 6)


def test_a_statement_stored_before_with_v_0_or_1_is_valid(builder, snapshot):
    consent = own(builder, PERSON.signer)
    older = builder.log(consent, PERSON, FORMS["v 0 or 1"](PERSON.sign(builder.digest(consent))))
    builder.anchor()
    assert end(builder.document(older), snapshot)[0] == "valid"


def own(builder, signer):
    """A person's consent, whatever signs for them."""
    return builder.consent(data_subject=signer, signer=signer)


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
    assert [one.result.value for one in found[6:15]] == ["valid", "invalid", *["valid"] * 6, "invalid"]


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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=sized(300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_in_any_place_ends_in_a_verdict(documents, snapshot, data):
    document = documents[data.draw(st.sampled_from(KINDS))]
    path = data.draw(st.sampled_from([p[:n] for p in paths(document) for n in range(1, len(p) + 1)]))
    found = verdict(put(document, path, data.draw(JSON)), snapshot)
    assert found.steps[-1].number <= 10
    read(json.dumps(found.as_json("ko")).encode())


def test_crew_is_someone_else():
    assert len({CREW.address, GATEWAY.address, HOLDER.address, PERSON.address, STRANGER.address}) == 5
