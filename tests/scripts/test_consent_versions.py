"""`mydata consent import` against a listening API: it reads the version in force before it writes the next one."""

import json

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.scope import joined
from mydata_ledger.scripts.cli.consent_versions import CHANGED, NOTHING_NEW
from mydata_ledger.services.health.formats.consents import codes
from tests.scripts.test_own_data import door  # noqa: F401 - a fixture

NOW = 1_800_000_000


@pytest.fixture
def importing(door, tmp_path):  # noqa: F811 - the fixture
    """Imports rules, each in a file of its own, and gives the results and the exit code."""
    trial = door.fixture.trial.address

    def run(*rules, options=(), grantee=trial):
        paths = []
        for number, rule in enumerate(rules):
            file = tmp_path / f"{number}.json"
            file.write_text(json.dumps(consent(rule)))
            paths.append(str(file))
        done = door.run("consent", "import", *paths, "--actor", f"Organization/1={grantee}", "--json", *options)
        results = json.loads(done.stdout)
        return results if isinstance(results, list) else [results], done.exit_code

    run.door, run.trial = door, trial
    return run


def consent(rule):
    actor = [{"reference": {"reference": "Organization/1"}}]
    policy = {"coding": [{"system": codes.POLICY, "code": codes.ONLY_PROVISIONS}]}
    head = {"resourceType": "Consent", "status": "active", "policyRule": policy}
    head |= {"patient": rule.pop("patient")} if "patient" in rule else {}
    return head | {"provision": {"provision": [{"actor": actor} | rule]}}


def permit(resource_type):
    return {"type": "permit", "class": [{"system": codes.RESOURCE_TYPES, "code": resource_type}]}


def deny(purpose):
    return {"type": "deny", "purpose": [{"system": codes.ACT_REASON, "code": purpose}]}


def in_force(importing):
    """Effect, categories and purposes of the grants that stand for the trial."""
    client, ann = importing.door, importing.door.fixture.ann
    consents = client.http.get("/consents", headers=client.as_(ann)).json()
    newest = max((c for c in consents if c["grantee"] == importing.trial), key=lambda c: c["version"])
    return [(grant["effect"], tuple(grant["categories"]), tuple(grant["purposes"])) for grant in newest["grants"]]


CONDITIONS = ("permit", ("health.condition.problem",), ("*",))
FORBIDDEN = ("forbid", ("health",), ("hl7:HMARKT",))


def by_hand(importing, grants):
    """Sign a consent to the trial; only these grants are in it."""
    client, ann = importing.door, importing.door.fixture.ann
    form = {"grantee": importing.trial, "grants": grants, "language": "en", "lock": "0x" + "00" * 32}
    drafted = client.http.post("/consents/drafts", json=form, headers=client.as_(ann)).json()["typed_data"]
    signed = client.signed(ann, Consent, drafted)
    assert client.http.post("/consents", json=signed, headers=client.as_(ann)).status_code == 202


def refusal():
    scope = {"categories": ["health"], "purposes": ["hl7:HMARKT"], "actions": ["view"]}
    return {"effect": "forbid", **scope, "not_before": 0, "expires": NEVER}


def test_several_files_for_one_grantee_become_one_version_and_the_deny_outlives_the_later_permit(importing):
    by_hand(importing, [refusal()])
    results, exit_code = importing(permit("Condition"), permit("Specimen"), options=["--sign"])
    assert exit_code == 0
    assert set(in_force(importing)) == {FORBIDDEN, CONDITIONS, ("permit", ("health.lab.specimen",), ("*",))}
    assert len({result["drafts"][importing.trial] for result in results}) == 1
    assert any("adds" in line for line in results[0]["changes"][importing.trial])


def test_the_same_import_again_says_nothing_new(importing):
    importing(permit("Condition"), options=["--sign"])
    (result,), exit_code = importing(permit("Condition"), options=["--sign"])
    assert (exit_code, result["drafts"][importing.trial]) == (0, NOTHING_NEW)
    (other,), _ = importing(deny("HMARKT"), options=["--sign"])
    assert other["changes"][importing.trial] != []
    assert {effect for effect, _, _ in in_force(importing)} == {"permit", "forbid"}


def test_replacing_drops_the_permits_in_force_shows_them_and_keeps_refusals(importing):
    by_hand(importing, [refusal()])
    importing(permit("Condition"), options=["--sign"])
    (result,), _ = importing(permit("Specimen"), options=["--sign", "--replace"])
    assert set(in_force(importing)) == {FORBIDDEN, ("permit", ("health.lab.specimen",), ("*",))}
    assert any("removes" in line and "problem" in line for line in result["changes"][importing.trial])


def test_a_narrower_import_keeps_the_wider_permit_and_says_so_before_it_is_signed(importing):
    wide = permit("Condition") | {"class": [*permit("Condition")["class"], *permit("Specimen")["class"]]}
    importing(wide, options=["--sign"])
    (result,), _ = importing(permit("Condition"), options=["--sign"])
    assert result["drafts"][importing.trial] == NOTHING_NEW
    (kept,) = result["kept"][importing.trial]
    assert "Specimens" in kept
    (result,), _ = importing(permit("Condition"), options=["--sign", "--replace"])
    assert (in_force(importing), result["kept"]) == ([CONDITIONS], {importing.trial: []})
    assert result["changes"][importing.trial] == ["removes: Specimens"]


def test_what_the_files_say_is_not_among_what_stays(importing):
    by_hand(importing, [refusal()])
    (result,), _ = importing(permit("Condition"), options=["--sign"])
    assert [("may never" in line, "Healthcare marketing" in line) for line in result["kept"][importing.trial]] == [
        (True, True)
    ]
    results, _ = importing(permit("Condition"), deny("HMARKT"))
    assert [list(result["kept"].values()) for result in results] == [[[]], [[]]]


def test_a_version_that_was_signed_meanwhile_is_not_overwritten(importing, monkeypatch):
    draft = Client.draft

    def late(self, *args, **options):
        drafted = draft(self, *args, **options)
        by_hand(importing, [refusal()])
        return drafted

    monkeypatch.setattr(Client, "draft", late)
    (result,), exit_code = importing(permit("Condition"), options=["--sign"])
    assert (exit_code, result["drafts"][importing.trial]) == (1, f"refused: {CHANGED}")
    assert in_force(importing) == [FORBIDDEN]


def test_a_refused_draft_is_named_and_sets_the_exit_code(importing):
    (result,), exit_code = importing(permit("Condition"), grantee="0x" + "77" * 20)
    assert exit_code == 1
    assert next(iter(result["drafts"].values())).startswith("refused: ")


def test_a_refusal_of_everyone_says_that_it_refuses_emergency_crews_and_how_to_spare_them(importing):
    rule = {"type": "deny", "actor": []}
    (result,), _ = importing(rule, options=["--dry-run"])
    assert result["emergencies"] == ["Emergency crews are refused too."]
    (spared,), _ = importing(rule, options=["--dry-run", "--spare-emergencies"])
    assert (spared["emergencies"], spared["outcome"]) == ([], "imported_in_part")


def of_patient(name, resource_type="Condition"):
    """The rule, in a consent of a patient."""
    return {"patient": {"reference": name}} | permit(resource_type)


def test_consents_of_another_patient_than_the_one_named_are_refused(importing):
    results, exit_code = importing(
        of_patient("Patient/1"), of_patient("Patient/2", "Specimen"), options=["--sign", "--patient", "Patient/1"]
    )
    assert (exit_code, [result["outcome"] for result in results]) == (1, ["imported", "refused"])
    assert "`Patient/2`" in results[1]["reason"]
    assert in_force(importing) == [CONDITIONS]


def test_consents_of_two_patients_in_one_import_are_refused_until_it_is_clear_which_the_signer_is(importing):
    results, exit_code = importing(of_patient("Patient/1"), of_patient("Patient/2"), options=["--dry-run"])
    assert (exit_code, [result["outcome"] for result in results]) == (1, ["refused", "refused"])
    assert all("--patient" in result["reason"] for result in results)
    results, exit_code = importing(of_patient("Patient/1"), of_patient("Patient/1/_history/2"), options=["--dry-run"])
    assert (exit_code, [result["outcome"] for result in results]) == (0, ["imported", "imported"])


def test_a_consent_that_another_person_exported_is_refused(importing):
    ann = importing.door.fixture.ann.address
    for account, outcome in {ann: "imported", ann.lower(): "imported", "0x" + "77" * 20: "refused"}.items():
        person = {"patient": {"identifier": {"system": codes.PERSON, "value": account}}}
        (result,), _ = importing(person | permit("Condition"), options=["--sign"])
        assert result["outcome"] == outcome


def test_whoever_asks_is_the_role_that_is_named(importing):
    rule = permit("Condition") | {"actor": []}
    (result,), _ = importing(rule, options=["--dry-run", "--everyone", "role:hospital"])
    assert list(result["grants"]) == ["role:hospital"]


def test_joined_grants_keep_refusals_and_drop_what_ended():
    def grant(effect, category, expires=NEVER):
        return Grant(effect, (category,), ("*",), ("view",), 0, expires)

    refused, permitted, ended = (
        grant(Effect.FORBID, "a"), grant(Effect.PERMIT, "b"), grant(Effect.PERMIT, "c", NOW),
    )  # fmt: skip
    new = grant(Effect.PERMIT, "d")
    assert joined([refused, permitted, ended], [new, permitted], NOW) == [refused, permitted, new]
    assert joined([refused, permitted, ended], [new], NOW, replacing=True) == [refused, new]
