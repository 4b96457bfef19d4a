"""`mydata issue` against a listening API: what a file is shows in its content, and what was not issued is named."""

import gzip
import json
import secrets

import pytest
from typer.testing import CliRunner

from mydata_ledger.client import client as client_module
from mydata_ledger.scripts.cli import app, issuing

PATIENT = {"resourceType": "Patient", "id": "p1"}
OTHER = PATIENT | {"gender": "female"}
LAB = {
    "resourceType": "Observation",
    "id": "o1",
    "category": [{"coding": [{"code": "laboratory"}]}],
    "subject": {"reference": "Patient/p1"},
}
HOSPITAL = {"resourceType": "Organization", "id": "h"}
MARK = b"\xef\xbb\xbf"
LINES = [json.dumps(one).encode() for one in (PATIENT, LAB, LAB | {"id": "o2"})]


def bundle(*resources, kind="collection"):
    entries = [{"resource": one} for one in resources]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}).encode()


@pytest.fixture
def issue(door, tmp_path):
    """Run the command as the hospital over files of these names and contents, about a new person each time; returns
    exit code, output and value.
    """
    key = tmp_path / "hospital.key"
    key.write_text(json.dumps({"wallet": "02" * 32, "reader": None}))

    def run(files, *options):
        paths = [tmp_path / name for name in files]
        for path, content in zip(paths, files.values(), strict=True):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        fixed = ["--subject", "0x" + secrets.token_hex(20), "--key", str(key), "--url", door.url, *options]
        done = CliRunner().invoke(app, ["issue", *map(str, paths), *fixed], catch_exceptions=False)
        return done.exit_code, done.output, json.loads(done.stdout) if "--json" in options else None

    return run


def categories(door, records):
    return [door.fixture.store.index.record(bytes.fromhex(one["record_id"][2:])).issue.category for one in records]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", bundle(PATIENT, LAB), ["health.identity.person", "health.lab.observation"]),
        ("UPPER.JSON", bundle(PATIENT), ["health.identity.person"]),
        ("no-suffix", bundle(PATIENT), ["health.identity.person"]),
        ("renamed.txt", bundle(PATIENT), ["health.identity.person"]),
        ("mark.json", MARK + bundle(PATIENT), ["health.identity.person"]),
        ("bare.json", json.dumps(LAB).encode(), ["health.lab.observation"]),
        ("lines.ndjson", b"\n".join(LINES[1:]), ["health.lab.observation"] * 2),
        ("lines.txt", b"\r\n".join(LINES[:2]), ["health.identity.person", "health.lab.observation"]),
        ("scan.png", b"\x89PNG", ["health.other"]),
        ("packed.json.gz", gzip.compress(bundle(PATIENT), mtime=0), ["health.other"]),
        ("note.rtf", b"{\\rtf1 hello}", ["health.other"]),
    ],
)
def test_what_a_file_is_shows_in_its_content(door, issue, name, content, expected):
    code, _, value = issue({name: content}, "--json")
    assert code == 0
    assert categories(door, value[name]["records"]) == expected


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("half.json", b'{"resourceType":"Bundle","entry":[{"res', "is the file complete"),
        ("half.txt", b'{"resourceType":"Bundle","entry":[{"res', "is the file complete"),
        ("utf16.json", bundle(PATIENT).decode().encode("utf-16"), "not UTF-8"),
        ("other.json", b'{"a": 1}', "give --category"),
        ("other.txt", b"[1]", "give --category"),
        ("lines.ndjson", b'{"a": 1}\n{"a": 2}', "give --category"),
        ("bundle.xml", b'<Bundle xmlns="http://hl7.org/fhir"/>', "convert it to JSON"),
        ("empty.json", b"", "not JSON"),
        ("none.json", b'{"resourceType":"Bundle","entry":null}', "no entries"),
        ("nobody.json", bundle(HOSPITAL), "no Patient"),
        ("two.json", bundle(PATIENT, PATIENT | {"id": "p2"}), "2 patients"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_the_others_are_issued(issue, name, content, says):
    code, output, _ = issue({name: content, "good.json": bundle(PATIENT)})
    assert code == 1
    assert f"left out {name}:" in output
    assert says in output
    assert "good.json: 1 records" in output
    code, _, value = issue({name: content, "good.json": bundle(PATIENT)}, "--json")
    assert (code, says in value[name]["reason"], len(value["good.json"]["records"])) == (1, True, 1)


@pytest.mark.parametrize(
    ("name", "content"), [("other.json", b'{"a": 1}'), ("bundle.xml", b'<B xmlns="http://hl7.org/fhir"/>')]
)
def test_with_a_category_other_files_are_one_record(door, issue, name, content):
    code, _, value = issue({name: content}, "--category", "health.report", "--json")
    assert code == 0
    assert categories(door, value[name]["records"]) == ["health.report"]


def test_a_file_that_is_not_there_is_named(issue, tmp_path):
    code, output, _ = issue({"folder/x.json": bundle(PATIENT), "good.json": bundle(PATIENT)})
    assert code == 0
    key, subject = str(tmp_path / "hospital.key"), "0x" + "11" * 20
    done = CliRunner().invoke(
        app, ["issue", str(tmp_path / "gone.json"), "--subject", subject, "--key", key, "--url", "http://127.0.0.1:9"]
    )
    assert (done.exit_code, output.count("records")) == (1, 2)


def test_what_the_server_skipped_is_shown_with_count_kind_and_reason(issue):
    stranger = LAB | {"id": "o2", "subject": {"reference": "Patient/p2"}}
    code, output, _ = issue({"a.json": bundle(PATIENT, HOSPITAL, HOSPITAL | {"id": "h2"}, LAB, stranger)})
    assert code == 1, "a result was not issued"
    assert "a.json: 2 records" in output
    assert "skipped: 2 Organization: describes no person, so it is no record (first at entry[1])" in output
    assert "not issued: 1 Observation: refers to a Patient other than the one of the file" in output
    assert "(first at entry[4])" in output
    code, _, value = issue({"a.json": bundle(PATIENT, HOSPITAL)}, "--json")
    assert code == 0, "a hospital is no record of a person"
    assert [one["resource_type"] for one in value["a.json"]["skipped"]] == ["Organization"]


def test_two_files_of_one_name_are_both_shown(issue, tmp_path):
    _, _, value = issue({"a/x.json": bundle(PATIENT), "b/x.json": bundle(OTHER, LAB)}, "--json")
    assert {name[-8:]: len(result["records"]) for name, result in value.items()} == {"a/x.json": 1, "b/x.json": 2}


def test_what_was_issued_before_an_error_is_kept_and_counted(door, issue, monkeypatch):
    monkeypatch.setattr(issuing, "ISSUE_BATCH", 2)
    sent, issue_batch = [], client_module.Client.issue

    def breaks_off(client, drafts, kind):
        sent.append(len(drafts))
        if len(sent) == 2:
            drafts = [draft | {"message": draft["message"] | {"category": "nonsense"}} for draft in drafts]
        return issue_batch(client, drafts, kind)

    monkeypatch.setattr(client_module.Client, "issue", breaks_off)
    many = bundle(PATIENT, *(LAB | {"id": f"o{number}"} for number in range(4)))
    code, output, _ = issue({"many.json": many, "good.json": bundle(OTHER)})
    assert code == 1
    assert "left out many.json:" in output
    assert "(2 records of it were issued)" in output
    assert "good.json: 1 records" in output


def test_a_file_that_is_issued_again_makes_no_record_and_says_so(issue, door):
    files = {"a.json": bundle(PATIENT, LAB), "scan.png": b"\x89PNG again"}
    subject = ["--subject", "0x" + "77" * 20]
    _, _, first = issue(files, "--json", *subject)
    code, output, _ = issue(files, *subject)
    assert code == 0
    assert "a.json: 0 records, 2 issued before" in output
    assert "scan.png: 0 records, 1 issued before" in output
    _, _, again = issue(files, "--json", *subject)
    assert [one["record_id"] for one in again["a.json"]["duplicates"]] == [
        one["record_id"] for one in first["a.json"]["records"]
    ]


def test_a_code_is_bound_and_a_file_goes_by_patient_number(issue, door, tmp_path):
    keys = {"person": "01" * 32, "hospital": "02" * 32}
    for name, key in keys.items():
        (tmp_path / f"{name}.key").write_text(json.dumps({"wallet": key, "reader": None}))

    def run(name, *words):
        fixed = ["--key", str(tmp_path / f"{name}.key"), "--url", door.url, "--json"]
        done = CliRunner().invoke(app, ["binding", *words, *fixed], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    code = run("person", "code", door.fixture.hospital.address)["code"]
    made = run("hospital", "bind", "P-77", code)
    assert run("person", "list") == run("hospital", "list", "--holder") == [made]
    file = tmp_path / "a.json"
    file.write_bytes(bundle(PATIENT, LAB))
    fixed = ["--key", str(tmp_path / "hospital.key"), "--url", door.url, "--json"]
    done = CliRunner().invoke(app, ["issue", str(file), "--patient-number", "P-77", *fixed], catch_exceptions=False)
    (record, _) = json.loads(done.stdout)["a.json"]["records"]
    issued = door.fixture.store.index.record(bytes.fromhex(record["record_id"][2:])).issue
    assert issued.data_subject == door.fixture.ann.signer
    assert run("person", "end", made["binding_id"])["state"] == "ended"
    done = CliRunner().invoke(app, ["issue", str(file), "--patient-number", "P-77", *fixed], catch_exceptions=False)
    assert (done.exit_code, "no person is bound" in done.stdout) == (1, True)
    both = CliRunner().invoke(app, ["issue", str(file), "--patient-number", "P-77", "--subject", "0x00", *fixed])
    assert both.exit_code == 2


def test_a_person_declares_a_document_and_the_command_line_says_so(door, tmp_path):
    key, note, out = tmp_path / "person.key", tmp_path / "note.txt", tmp_path / "record.json"
    key.write_text(json.dumps({"wallet": "01" * 32, "reader": None}))
    note.write_bytes(b"I sleep badly, says the command line.")
    fixed = ["--key", str(key), "--url", door.url]
    words = ["declare", str(note), "--category", "health.report", *fixed]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert (done.exit_code, "self-declared" in done.stdout) == (0, True), done.output
    again = CliRunner().invoke(app, [*words, "--json"])
    record = json.loads(again.stdout)
    assert record["is_new"] is False
    shown = CliRunner().invoke(app, ["record", "show", *fixed], catch_exceptions=False).stdout
    (line,) = [one for one in shown.splitlines() if record["record_id"] in one]
    assert line.endswith("self-declared")
    position = line.split()[0]
    CliRunner().invoke(app, ["record", "show", position, "--out", str(out), *fixed], catch_exceptions=False)
    words = ["verify", str(out), "--rpc", "http://127.0.0.1:9", "--language", "ko"]
    assert "본인 제출" in CliRunner().invoke(app, words, catch_exceptions=False).stdout
