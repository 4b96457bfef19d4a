"""`mydata consent import`: its output for a file, as text and as JSON, without a server."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.cli.common import answer
from mydata_ledger.scripts.cli.consent import draft_text
from mydata_ledger.services.health.formats.consents import codes

RUN = CliRunner()
TRIAL = "0x" + "b1" * 20


@pytest.fixture
def consent(tmp_path):
    def write(name="consent.json", **more):
        actor = {
            "role": {"coding": [{"system": codes.PARTICIPATION, "code": "IRCP"}]},
            "reference": {"reference": "Organization/1"},
        }
        rule = {"type": "permit", "actor": [actor], "purpose": [{"system": codes.ACT_REASON, "code": "CLINTRCH"}]}
        policy = {"coding": [{"system": codes.ACT_CODE, "code": "OPTOUT"}]}
        head = {"resourceType": "Consent", "status": "active", "policyRule": policy}
        file = tmp_path / name
        file.write_text(json.dumps(head | {"provision": {"provision": [rule | more]}}))
        return str(file)

    return write


def run(*arguments):
    return RUN.invoke(app, ["consent", "import", "--dry-run", *arguments])


def test_its_text_shows_what_would_be_imported(consent):
    done = run(consent(), "--actor", f"Organization/1={TRIAL}")
    assert done.exit_code == 0
    assert "consent.json: imported" in done.output
    assert "may compute over, copy, transfer, view: All health data" in done.output
    assert "For: Clinical trial research" in done.output


def test_its_json_shows_what_was_left_out(consent):
    done = run(consent(securityLabel=[{"code": "PSY"}]), "--json", "--actor", f"Organization/1={TRIAL}")
    result = json.loads(done.output)
    assert (done.exit_code, result["outcome"], result["grants"]) == (0, "nothing_to_import", {})
    assert result["losses"][0]["path"] == "Consent.provision.provision[0].securityLabel"


def test_an_actor_nobody_named_is_asked_for(consent):
    done = run(consent())
    assert "unknown actor `Organization/1`; say which party or role it is" in " ".join(done.output.split())
    assert done.exit_code == 0


def test_several_files_each_have_their_result_and_a_refused_one_sets_the_exit_code(consent, tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text('{"resourceType":"Patient"}')
    done = run(consent(), str(broken), "--json", "--actor", "Organization/1=role:responder")
    first, second = json.loads(done.output)
    assert (done.exit_code, first["outcome"], second["outcome"]) == (1, "imported", "refused")
    assert list(first["grants"]) == ["role:responder"]
    assert second["reason"].startswith("not a FHIR Consent")


def test_drafting_needs_a_key_and_options_are_checked(consent):
    assert RUN.invoke(app, ["consent", "import", consent()], env={"MYDATA_KEY": ""}).exit_code == 2
    assert run("missing.json").exit_code == 2


def test_a_bundle_and_a_line_each_have_a_result_for_every_consent(consent, tmp_path):
    good, other = (json.loads(Path(consent(f"{n}.json")).read_text()) for n in "ab")
    broken = good | {"status": "draft"}
    patient = {"resourceType": "Patient", "id": "1"}
    entries = [{"resource": resource} for resource in (patient, good, broken, other)]
    bundle, lines = tmp_path / "bundle.json", tmp_path / "many.ndjson"
    bundle.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=1))
    lines.write_text("\n".join([json.dumps(good), json.dumps(patient), "", "{nonsense", json.dumps(other)]) + "\n")
    done = run(str(bundle), str(lines), "--json", "--actor", f"Organization/1={TRIAL}")
    result = json.loads(done.output)
    assert [(r["file"], r["place"], r["outcome"]) for r in result] == [
        ("bundle.json", "entry[1]", "imported"),
        ("bundle.json", "entry[2]", "refused"),
        ("bundle.json", "entry[3]", "imported"),
        ("many.ndjson", "line 1", "imported"),
        ("many.ndjson", "line 4", "refused"),
        ("many.ndjson", "line 5", "imported"),
    ]
    assert done.exit_code == 1
    assert all({"outcome", "release", "patient", "grants", "losses"} <= item.keys() for item in result)


def test_a_bundle_without_a_consent_is_refused(tmp_path):
    empty = tmp_path / "empty.json"
    empty.write_text('{"resourceType":"Bundle","type":"collection"}')
    done = run(str(empty), "--json")
    assert (done.exit_code, json.loads(done.output)["outcome"]) == (1, "refused")


def test_a_drafts_text_shows_what_it_changes_against_the_version_in_force():
    drafted = {"notice": {"text": "notice"}, "summary": ["The trial may view"], "changes": ["removes: grant"]}
    assert "against the version in force:\n  removes: grant" in draft_text(drafted)
    assert "in force" not in draft_text(drafted | {"changes": []})


@pytest.mark.parametrize(
    "wrong",
    [
        ["--actor", "Organization/1=hospital"],
        ["--actor", "Organization/1=0x12"],
        ["--actor", "Organization/1"],
        ["--everyone", "hospital"],
        ["--record", "Observation/1"],
    ],
)
def test_a_name_that_is_no_grantee_is_wrong_use(consent, wrong):
    done = run(consent(), *wrong)
    assert done.exit_code == 2
    assert "imported" not in done.output


def test_the_text_says_which_option_names_an_unknown_actor(consent):
    assert "--actor says who an unknown actor is" in " ".join(run(consent()).output.split())


def test_a_role_between_colons_is_printed_as_it_is(capsys):
    answer({}, "draft for role:hospital: drafted", as_json=False)
    assert capsys.readouterr().out == "draft for role:hospital: drafted\n"
