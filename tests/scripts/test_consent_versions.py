"""`mydata consent import` against a listening API: it reads the version in force before it writes the next one."""

import json

import pytest

from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.scope import joined
from mydata_ledger.scripts.cli.consent_versions import NOTHING_NEW
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
