"""Key rotation of a ledger: refused while it runs; afterwards everything opens, also after a recovery."""

import json
import os

import pytest

from mydata_ledger.scripts.large_records import is_streamed, open_streamed
from tests.journeys.stopping import stop_api
from tests.journeys.test_demo import mydata
from tests.journeys.test_large_records import people as people  # noqa: PLC0414
from tests.journeys.test_large_records import permit
from tests.journeys.test_recovery import fsck, lose_database, recover


@pytest.fixture(scope="module")
def records(stack, people, tmp_path_factory):
    """Contents by record id of a small record and of a streamed one, both permitted."""
    ann, clinic, team = people
    folder, manifest = tmp_path_factory.mktemp("files"), {}
    for name, size in (("letter.pdf", 9_000), ("scan.dcm", 17 * 1024 * 1024)):
        (folder / name).write_bytes(os.urandom(size))
        command = ("issue", folder / name, "--subject", ann.wallet.address, "--category", "health.lab")
        done = mydata(*command, "--key", clinic.key, "--url", stack.url, "--json")
        (record,) = json.loads(done.stdout)[name]["records"]
        manifest[record["record_id"]] = (folder / name).read_bytes()
        clinic.client.wait_anchored("records", record["position"])
    permit(ann, team)
    return manifest


def rotate(stack, *which, ok=(0,)):
    return mydata("keystore", "rotate", *which, "--state", stack.state, "--json", ok=ok)


def readable(team, records, folder):
    for record, content in records.items():
        release = team.client.released(record, (), (), category="health.lab", purpose="hl7:CLINTRCH")
        if is_streamed(release):
            open_streamed(team.client, release, folder / record, lambda done, of: None)
            assert (folder / record).read_bytes() == content
        else:
            assert team.client.open(release).content == content


def test_i12_keys_are_rotated_and_everything_opens_also_after_a_recovery(stack, people, records, tmp_path):
    assert "stop the ledger" in " ".join(rotate(stack, "--master", ok=(1,)).stderr.split())
    readable(people[2], records, tmp_path)
    stop_api(stack)
    counts = json.loads(rotate(stack, "--master", "--custody").stdout)
    assert counts["master"]["custody_keys"] == counts["custody"]["custody_keys"] > 0
    assert fsck(stack)["faults"] == []
    stack.start_api()
    readable(people[2], records, tmp_path)
    stop_api(stack)
    lose_database(stack)
    recover(stack)
    stack.start_api()
    people[2].client.sign_in()
    readable(people[2], records, tmp_path)
