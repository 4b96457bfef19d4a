"""Keys are released against receipts, and against nothing else."""

from dataclasses import replace

import pytest

from anchors.keystore import FileKeys, open_master
from ledger import envelope, typed_data
from ledger.commitment.entry import Entry
from ledger.errors import KeyDestroyed, MalformedInput, ReceiptRequired, SourceUnavailable
from ledger.receipt import AccessReceipt, Logged, Signed
from ledger.signers import Wallet
from ledger.typed_data import Domain

GATEWAY, STRANGER = Wallet(b"\5" * 32), Wallet(b"\6" * 32)
DOMAIN = Domain(31337, GATEWAY.address)
RECORD, ANN = b"\1" * 32, b"\xaa" * 20
READER = envelope.generate_reader_key()
SAID = AccessReceipt(
    bytes(32), STRANGER.address, ANN, RECORD, "health.lab", "p", "view", bytes(32), True, "consented", (), 1, 1, 1, 5
)


def receipt(said=SAID, signer=GATEWAY):
    digest = typed_data.digest(said, DOMAIN)
    return Logged(Signed(said, Entry(digest, signer.sign(digest), bytes(32))), 0, 5)


@pytest.fixture
def logged():
    return [receipt()]


@pytest.fixture
def keystore(tmp_path, logged):
    def open_(passphrase=b"correct"):
        master = open_master(tmp_path / "master.json", passphrase)
        return FileKeys(
            tmp_path / "keys.db", master, gateway=GATEWAY.signer, domain=DOMAIN, durable=lambda r: r in logged
        )

    return open_


def test_i1_a_key_is_released_against_the_durable_receipt_and_survives_a_restart(keystore, logged):
    (key,) = keystore().create_many([(RECORD, ANN)])
    wrapped = keystore().rewrap(RECORD, READER.public, logged[0])
    assert envelope.unwrap(wrapped, READER, RECORD) == key


@pytest.mark.parametrize(
    "forged",
    [
        receipt(replace(SAID, permitted=False)),
        receipt(replace(SAID, record_id=b"\2" * 32)),
        receipt(signer=STRANGER),
        replace(receipt(), signed=replace(receipt().signed, statement=replace(SAID, requester=GATEWAY.address))),
    ],
    ids=["refused", "another record", "another signer", "changed after signing"],
)
def test_no_key_without_the_gateway_s_permit_for_this_record(keystore, logged, forged):
    logged.append(forged)
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    with pytest.raises(ReceiptRequired):
        keys.rewrap(RECORD, READER.public, forged)


def test_no_key_before_the_receipt_is_in_the_log(keystore, logged):
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    logged.clear()
    with pytest.raises(ReceiptRequired, match="lies in the log"):
        keys.rewrap(RECORD, READER.public, receipt())


def test_a_destroyed_key_is_gone_from_the_disk_too(keystore, logged, tmp_path):
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    (wrapped,) = keys._db.execute("select wrapped from deks").fetchone()
    assert keys.destroy(RECORD) == keys.destroy(RECORD)
    with pytest.raises(KeyDestroyed):
        keys.rewrap(RECORD, READER.public, logged[0])
    keys.close()
    assert not any(wrapped in path.read_bytes() for path in tmp_path.iterdir())


def test_an_unknown_record_has_no_key(keystore, logged):
    with pytest.raises(KeyDestroyed):
        keystore().rewrap(RECORD, READER.public, logged[0])


def test_a_record_gets_one_key_only(keystore):
    keys = keystore()
    keys.create_many([(RECORD, ANN)])
    with pytest.raises(SourceUnavailable):
        keys.create_many([(b"\2" * 32, ANN), (RECORD, ANN)])
    keys.create_many([(b"\2" * 32, ANN)])


def test_a_wrong_passphrase_opens_nothing(keystore):
    keystore()
    with pytest.raises(SourceUnavailable, match="MYDATA_PASSPHRASE"):
        keystore(b"wrong")


@pytest.mark.parametrize("text", ["", "{}", '{"salt":"zz","sealed":""}', '{"salt":"00","sealed":"00"}'])
def test_a_broken_master_file_is_said_to_be_broken(tmp_path, text):
    (tmp_path / "master.json").write_text(text)
    with pytest.raises(SourceUnavailable, match="keystore"):
        open_master(tmp_path / "master.json", b"x")


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
