"""Data portability: everything about one person in one download, each statement as a document that verifies."""

import io
import json
from zipfile import ZipFile

import pytest

from mydata_ledger.api.routes.exports import zipped
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.scripts.verify import parse
from mydata_ledger.scripts.verify.document import Document
from testing.ledger_fixture import NOW
from tests.api.api_client import ApiClient
from tests.api.test_erasures import erase


@pytest.fixture
def client():
    client = ApiClient()
    fixture = client.fixture
    client.records = [client.issued(content=b'{"resourceType":"Observation","id":"%d"}' % n) for n in range(3)]
    draft = client.drafted(fixture.ann, fixture.trial.address)
    assert client.http.post(
        "/consents", json=client.signed(fixture.ann, Consent, draft), headers=client.as_(fixture.ann)
    ).is_success
    fixture.anchor()
    client.http.get(f"/trials/records/{client.records[0]}", headers=client.as_(fixture.trial))
    draft = fixture.kernel.consents.drafts.revocation(fixture.ann.signer, fixture.trial.address, b"\1" * 32)
    fixture.kernel.consents.revocations.accept(draft.statement, fixture.sign(fixture.ann, draft.statement))
    erase(client, fixture.ann, [client.records[2]])
    client.http.post("/me/links", json={"expires": NOW + 60}, headers=client.as_(fixture.ann))
    fixture.anchor()
    return client


def downloaded(client, who):
    answer = client.http.get("/me/export", headers=client.as_(who))
    assert answer.headers["content-type"] == "application/zip"
    return ZipFile(io.BytesIO(answer.content))


def lines(archive, name):
    return [json.loads(line) for line in archive.read(name).splitlines()]


def test_every_statement_about_a_person_is_in_it_as_a_document_that_verifies(client):
    archive = downloaded(client, client.fixture.ann)
    assert archive.testzip() is None
    kinds = {}
    for log in ("consents", "records", "access"):
        found = [parse(one) for one in lines(archive, f"proofs/{log}.ndjson")]
        assert all(isinstance(one, Document) and one.log == log for one in found)
        for one in found:
            for part in one.parts:
                assert part.checkpoint is not None
                assert part.recovered
        kinds[log] = [one.kind for one in found]
    assert kinds["consents"] == ["Consent", "Revocation"]
    assert kinds["records"] == ["Issue", "Issue", "Issue"]
    (erased,) = (parse(one) for one in lines(archive, "proofs/erasures.ndjson"))
    assert (erased.kind, erased.basis.kind) == ("Erasure", "Issue")
    timeline = client.http.get("/me/timeline", headers=client.as_(client.fixture.ann)).json()["accesses"]
    assert len(kinds["access"]) == len(timeline)
    assert {"README.txt", "about.json", "notices.ndjson", "messages.ndjson", "links.ndjson"} <= set(archive.namelist())
    assert len(lines(archive, "links.ndjson")) == 1
    assert lines(archive, "notices.ndjson")[0]["text"]


def test_i7_nothing_of_anybody_else_is_in_it(client):
    archive = downloaded(client, client.fixture.trial)
    assert [lines(archive, f"proofs/{log}.ndjson") for log in ("consents", "records", "access")] == [[], [], []]
    assert client.http.get("/me/export").status_code == 401


def test_it_is_written_in_pieces_whatever_its_size():
    def much():
        for number in range(60_000):
            yield b"%032x" % (number * 0x9E3779B97F4A7C15 % 2**127) * 8 + b"\n"

    sizes, whole = [], io.BytesIO()
    for piece in zipped(iter([("a", much()), ("b", iter([b"end"]))]), NOW):
        sizes.append(len(piece))
        whole.write(piece)
    assert len(sizes) > 5
    assert max(sizes) < 200_000
    archive = ZipFile(whole)
    assert (archive.testzip(), archive.read("b")) == (None, b"end")
