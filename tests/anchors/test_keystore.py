"""The keystore releases a key against a receipt, and against nothing else."""

import functools
import os
import secrets
import subprocess
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest

from mydata_ledger.anchors.keystore import FileKeys, keep_master, open_masters
from mydata_ledger.anchors.keystore.token import Token
from mydata_ledger.ledger import envelope, typed_data
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.errors import KeyDestroyed, MalformedInput, ReceiptRequired, SourceUnavailable
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement, SignedStatement
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain

GATEWAY, STRANGER = Wallet(b"\5" * 32), Wallet(b"\6" * 32)
DOMAIN = Domain(31337, GATEWAY.address)
RECORD, ANN = b"\1" * 32, b"\xaa" * 20
READER = envelope.generate_reader_key()
STATEMENT = AccessReceipt(
    bytes(32), STRANGER.address, ANN, RECORD, "health.lab", "p", "view", bytes(32), True, "consented", (), 1, 1, 1, 5
)


def receipt(statement=STATEMENT, signer=GATEWAY):
    digest = typed_data.digest(statement, DOMAIN)
    return LoggedStatement(SignedStatement(statement, Entry(digest, signer.sign(digest), bytes(32))), 0, 5)


@pytest.fixture
def logged():
    return [receipt()]


class SoftMasters:
    """Master keys as sealed files."""

    def __init__(self, folder):
        self.path = folder / "master.json"

    def open(self, passphrase):
        return open_masters(self.path, passphrase).current

    def fresh(self, number):
        return bytes([number]) * 32

    def keep(self, reference, passphrase=b"correct"):
        keep_master(self.path, passphrase, reference)

    def lose(self):
        self.path.unlink()


class TokenMasters:
    """Master keys inside a SoftHSM token that the tests own; the label is stored."""

    def __init__(self, _):
        self.token, self.label = new_token(), f"master-{secrets.token_hex(6)}"

    def open(self, _):
        return self.token.master(self.label)

    def fresh(self, _):
        return self.token.successor()

    def keep(self, reference, passphrase=b"correct"):
        self.label = reference.decode()

    def lose(self):
        self.label = f"another-{secrets.token_hex(6)}"


@functools.cache
def new_token():
    """The token of this process, since the module searches for tokens once. Its PINs protect only this test."""
    pins = ["--so-pin", "1234", "--pin", "5678"]
    command = ["softhsm2-util", "--init-token", "--free", "--label", "mydata", *pins]
    subprocess.run(command, check=True, capture_output=True)
    return Token(MODULE, "mydata", "5678")


MODULE = next((str(p) for p in map(Path, ["/usr/lib/softhsm/libsofthsm2.so"]) if p.exists()), "")
needs_token = pytest.mark.skipif(not MODULE, reason="SoftHSM is not installed (Debian: apt-get install softhsm2)")


@pytest.fixture(params=[SoftMasters, pytest.param(TokenMasters, marks=needs_token)])
def masters(request, tmp_path):
    return request.param(tmp_path)


@pytest.fixture(scope="session", autouse=True)
def token_folder(tmp_path_factory):
    """Configures the folder of SoftHSM's tokens. Each process reads the configuration once."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")


@pytest.fixture
def keystore(tmp_path, logged, masters):
    def open_(passphrase=b"correct", file="keys.db", **more):
        return FileKeys(
            tmp_path / file,
            masters.open(passphrase),
            gateway=GATEWAY.signer,
            domain=DOMAIN,
            durable=lambda receipts: all(receipt in logged for receipt in receipts),
            **more,
        )

    return open_


def test_i1_a_key_is_released_against_the_durable_receipt_and_survives_a_restart(keystore, logged):
    (key,) = keystore().create_many([(RECORD, ANN)])
    wrapped = keystore().rewrap(RECORD, READER.public, logged[0])
    assert envelope.unwrap(wrapped, READER, RECORD) == key


@pytest.mark.parametrize(
    "forged",
    [
        receipt(replace(STATEMENT, permitted=False)),
        receipt(replace(STATEMENT, record_id=b"\2" * 32)),
        receipt(signer=STRANGER),
        replace(receipt(), signed=replace(receipt().signed, statement=replace(STATEMENT, requester=GATEWAY.address))),
    ],
    ids=["refused", "another record", "another signer", "changed after signing"],
)
def test_no_key_without_the_gateway_s_permit_for_this_record(keystore, logged, forged):
    logged.append(forged)
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    with pytest.raises(ReceiptRequired):
        keys.rewrap(RECORD, READER.public, forged)


OTHER = b"\2" * 32
"""Another record of Ann."""


def permits(*records):
    """Receipts of one batch under one signature, as the gateway makes them."""
    statements = [replace(STATEMENT, record_id=record) for record in records]
    digests = [typed_data.digest(statement, DOMAIN) for statement in statements]
    signed = zip(statements, digests, typed_data.sign_batch(digests, GATEWAY.sign), strict=True)
    return [
        LoggedStatement(SignedStatement(statement, Entry(digest, signature, bytes(32))), position, 5)
        for position, (statement, digest, signature) in enumerate(signed)
    ]


def test_keys_of_many_records_are_released_together(keystore, logged):
    keys, records = keystore(), [RECORD, OTHER, b"\3" * 32]
    made = keys.create_many([(record, ANN if record != OTHER else b"\xbb" * 20) for record in records])
    logged[:] = permits(*records)
    keys.destroy(records[2])
    group = keys.rewrap_group(list(zip(records, logged, strict=True)), READER.public)
    assert envelope.unwrap_group(group, READER, records) == [*made[:2], None]


@pytest.mark.parametrize("wrong", ["refused", "another signer", "not in the log", "another record", "too old"])
def test_no_key_of_a_group_without_a_permit_for_each(keystore, logged, wrong):
    keys, records = keystore(now=lambda: 305), [RECORD, OTHER]
    keys.create_many([(record, ANN) for record in records])
    good = permits(*records)
    bad = {
        "refused": receipt(replace(STATEMENT, record_id=OTHER, permitted=False)),
        "another signer": receipt(replace(STATEMENT, record_id=OTHER), STRANGER),
        "not in the log": good[1],
        "another record": good[0],
        "too old": receipt(replace(STATEMENT, record_id=OTHER, decided_at=4)),
    }[wrong]
    logged[:] = [good[0], *([bad] if wrong != "not in the log" else [])]
    with pytest.raises(ReceiptRequired):
        keys.rewrap_group([(RECORD, good[0]), (OTHER, bad)], READER.public)
    logged[:] = good
    keys.rewrap_group(list(zip(records, good, strict=True)), READER.public)


def test_no_key_before_the_receipt_is_in_the_log(keystore, logged):
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    logged.clear()
    with pytest.raises(ReceiptRequired, match="is in the log"):
        keys.rewrap(RECORD, READER.public, receipt())


def test_a_destroyed_key_is_gone_from_the_disk_too(keystore, logged, tmp_path):
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    (wrapped,) = keys._file.fetch_one("select wrapped from deks")
    assert keys.destroy(RECORD) == keys.destroy(RECORD)
    with pytest.raises(KeyDestroyed):
        keys.rewrap(RECORD, READER.public, logged[0])
    keys.close()
    assert not any(wrapped in path.read_bytes() for path in tmp_path.iterdir())


def test_a_person_s_custody_key_goes_with_their_last_data_key(keystore):
    keys, other = keystore(), b"\2" * 32
    keys.create_many([(RECORD, ANN), (other, ANN)])
    keys.destroy(RECORD)
    assert keys._file.fetch_one("select count(*) from keks") == (1,)
    keys.destroy(other)
    assert keys._file.fetch_one("select count(*) from keks") == (0,)
    keys.create_many([(b"\3" * 32, ANN)])
    assert keys.check() == 1


def opened(keys, logged):
    return envelope.unwrap(keys.rewrap(RECORD, READER.public, logged[0]), READER, RECORD)


def test_new_custody_keys_leave_every_data_key_as_it_was(keystore, logged):
    keys = keystore()
    (key, _) = keys.create_many([(RECORD, ANN), (b"\2" * 32, b"\xbb" * 20)])
    before = keys._file.all("select wrapped from keks order by subject")
    assert keys.rotate_custody_keys() == 2
    assert set(before).isdisjoint(keys._file.all("select wrapped from keks"))
    assert opened(keys, logged) == opened(keystore(), logged) == key


def test_a_new_master_key_and_passphrase_leave_every_data_key_as_it_was(keystore, logged, masters):
    keys = keystore()
    (key,) = keys.create_many([(RECORD, ANN)])
    keys.rotate_master(masters.fresh(1), lambda reference: masters.keep(reference, b"new"))
    assert opened(keys, logged) == opened(keystore(b"new"), logged) == key
    if isinstance(masters, SoftMasters):
        with pytest.raises(SourceUnavailable):
            keystore(b"correct")
    keystore(b"new").create_many([(b"\2" * 32, ANN)])
    assert keystore(b"new")._file.fetch_one("select count(*) from keks") == (1,)


@pytest.mark.parametrize("kept", [False, True], ids=["before the new key is kept", "after"])
def test_a_crash_while_the_master_key_is_replaced_loses_nothing(keystore, logged, masters, kept):
    keys = keystore()
    (key,) = keys.create_many([(RECORD, ANN)])

    def crash(master):
        if kept:
            masters.keep(master)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keys.rotate_master(masters.fresh(1), crash)
    again = keystore()
    assert opened(again, logged) == key
    with pytest.raises(KeyboardInterrupt):
        again.rotate_master(masters.fresh(2), crash)
    again = keystore()
    assert opened(again, logged) == key
    again.rotate_master(masters.fresh(3), masters.keep)
    assert opened(keystore(), logged) == key


def test_another_master_key_opens_nothing(keystore, masters):
    keystore().create_many([(RECORD, ANN)])
    masters.lose()
    with pytest.raises(SourceUnavailable, match="does not open"):
        keystore()


def test_a_backup_opens_and_what_was_erased_after_it_can_be_erased_again(keystore, logged, tmp_path):
    keys = keystore()
    (key,) = keys.create_many([(RECORD, ANN)])
    keys.backup(tmp_path / "copy.db")
    keys.destroy(RECORD)
    restored = keystore(file="copy.db")
    assert (restored.check(), opened(restored, logged)) == (1, key)
    restored.destroy_many([RECORD, b"\7" * 32])
    assert restored.check() == 0
    with pytest.raises(KeyDestroyed):
        opened(restored, logged)


def test_a_damaged_key_is_found_by_the_check(keystore):
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    with keys._file.writing():
        keys._file.many("update deks set wrapped = ?", [(b"damaged, and long enough to be a key",)])
    with pytest.raises(SourceUnavailable, match="does not open"):
        keys.check()


@pytest.mark.parametrize(("now", "released"), [(5, True), (305, True), (306, False)])
def test_i3_an_old_permit_releases_no_key(keystore, logged, now, released):
    keys = keystore(now=lambda: now)
    keys.create_many([(RECORD, ANN)])
    if released:
        assert opened(keys, logged)
    else:
        with pytest.raises(ReceiptRequired, match="too old"):
            opened(keys, logged)


def test_keys_for_thousands_of_records_cost_one_transaction(keystore):
    keys, statements = keystore(), []
    keys._file._db.set_trace_callback(lambda statement: statements.append(statement.split()[0].lower()))
    keys.create_many([(n.to_bytes(32, "big"), (n % 100).to_bytes(20, "big")) for n in range(5_000)])
    keys._file._db.set_trace_callback(None)
    assert (statements.count("begin"), statements.count("commit")) == (1, 1)
    assert statements.count("select") <= 2 * 100 + 10, "a key of custody is looked up once for each person"
    assert keys.check() == 5_000


def test_an_unknown_record_has_no_key(keystore, logged):
    with pytest.raises(KeyDestroyed):
        keystore().rewrap(RECORD, READER.public, logged[0])


def test_a_record_gets_one_key_only(keystore):
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    with pytest.raises(SourceUnavailable):
        keys.create_many([(b"\2" * 32, ANN), (RECORD, ANN)])
    keys.create_many([(b"\2" * 32, ANN)])


def test_a_wrong_passphrase_or_pin_opens_nothing(keystore, masters):
    keystore()
    if isinstance(masters, SoftMasters):
        with pytest.raises(SourceUnavailable, match="MYDATA_PASSPHRASE"):
            keystore(b"wrong")
        return
    for label, pin in (("mydata", "0000"), ("no such token", "5678")):
        with pytest.raises(SourceUnavailable, match="PIN"):
            Token(MODULE, label, pin)


@needs_token
def test_a_master_key_never_leaves_its_token():
    token = new_token()
    token.master("kept-inside")
    key = token._find("kept-inside")
    assert (key[pkcs11.Attribute.EXTRACTABLE], key[pkcs11.Attribute.SENSITIVE]) == (False, True)
    with pytest.raises(pkcs11.PKCS11Error):
        _ = key[pkcs11.Attribute.VALUE]


@pytest.mark.parametrize("text", ["", "{}", '{"salt":"zz","sealed":""}', '{"salt":"00","sealed":"00"}'])
def test_a_broken_master_file_is_reported_as_broken(tmp_path, text):
    (tmp_path / "master.json").write_text(text)
    with pytest.raises(SourceUnavailable, match="keystore"):
        open_masters(tmp_path / "master.json", b"x")


def test_a_bad_reader_key_is_refused(keystore, logged):
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    with pytest.raises(MalformedInput):
        keys.rewrap(RECORD, b"\7", logged[0])


def test_the_file_names_no_data_subject(keystore, tmp_path):
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    keys.close()
    assert not any(ANN in path.read_bytes() or ANN.hex().encode() in path.read_bytes() for path in tmp_path.iterdir())
