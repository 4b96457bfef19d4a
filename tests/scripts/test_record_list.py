"""`mydata record list` against a listening API: by time, kind and holder."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from mydata_ledger.scripts.cli import app
from testing.ledger_fixture import NOW

DAY = datetime.fromtimestamp(NOW, UTC).date().isoformat()


@pytest.fixture
def listed(door, tmp_path):
    """Run the command as the person, and return exit code and output."""
    key = tmp_path / "ann.key"
    key.write_text(json.dumps({"wallet": "01" * 32, "reader": None}))
    key.chmod(0o600)

    def run(*options):
        done = CliRunner().invoke(app, ["record", "list", *options, "--key", str(key), "--url", door.url])
        return done.exit_code, done.output

    return run


def test_records_are_listed_by_day_kind_and_holder(door, listed):
    lab, condition = (door.fixture.issued(one).hex() for one in ("health.lab", "health.condition"))
    days = ("--from", DAY, "--to", DAY, "--zone", "UTC")
    for options in ((), days, ("--to", DAY[:4]), ("--from", DAY[:7]), ("--holder", "hosp")):
        code, output = listed(*options)
        assert code == 0
        assert lab in output
        assert condition in output
        assert "The hospital" in output
    assert condition not in listed("--kind", "health.lab")[1]
    for options in (("--to", "2001"), ("--from", "2199"), ("--holder", "bank"), ("--holder", "0x" + "11" * 20)):
        assert listed(*options) == (0, "no record like that\n")
    code, output = listed("--json", "--kind", "health.condition", "--holder", door.fixture.hospital.address)
    assert [one["record_id"] for one in json.loads(output)] == ["0x" + condition]


@pytest.mark.parametrize(
    "options",
    [
        ("--from", "30 February"),
        ("--from", "2026-02-30"),
        ("--to", "2026", "--zone", "Nowhere/Land"),
        ("--from", "2026", "--to", "2025"),
    ],
)
def test_what_is_no_time_is_refused_with_a_sentence(listed, options):
    code, output = listed(*options)
    assert code != 0
    assert "Traceback" not in output
