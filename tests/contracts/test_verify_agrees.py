"""`ConsentRegistry.verify` against `Grant.covers`, `open_at` and `reaches`, on consents that a wallet signed."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger.commitment.entry import Entry, lock_of
from mydata_ledger.ledger.consent import Consent, Effect, Grant
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain, digest
from testing.devnet import arguments_of
from testing.sizes import sized

STATUS = ["NotCovered", "Valid", "Conditional", "NotYet", "Expired", "Revoked", "Forbidden", "BadSignature"]
SUBJECT = Wallet(b"\x51" * 32)
GRANTEE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
SECRET, SALT, RECORD, OTHER = b"\x52" * 32, b"\x53" * 32, b"\x54" * 32, b"\x55" * 32
CATEGORIES = ["health", "health.lab", "health.lab.blood", "healthy", "finance", "*"]
PURPOSES = ["hl7:HRESCH", "hl7:CLINTRCH", "hl7:HMARKT", "*"]

periods = some.sampled_from([(0, 0), (100, 200), (100, 0), (0, 150), (150, 160), (200, 300), (0, 1)])
offsets = some.sampled_from([-5, 0, 1, 5])
grants = some.fixed_dictionaries(
    {
        "effect": some.sampled_from(Effect),
        "categories": some.lists(some.sampled_from(CATEGORIES), max_size=2).map(tuple),
        "purposes": some.lists(some.sampled_from(PURPOSES), max_size=2).map(tuple),
        "actions": some.sampled_from([("view",), ("view", "copy"), ("copy",)]),
        "window": some.tuples(offsets, offsets),
        "period": periods,
        "records": some.sampled_from([(), (), (RECORD,), (OTHER,), (OTHER, RECORD)]),
        "conditions": some.sampled_from([(), (), ("once",)]),
    }
)
questions = some.fixed_dictionaries(
    {
        "category": some.sampled_from(["health.lab", "health", "health.lab.blood", "finance.card"]),
        "purposes": some.sampled_from([("hl7:CLINTRCH", "hl7:HRESCH"), ("hl7:HRESCH",), ()]),
        "record": some.sampled_from([RECORD, bytes(32)]),
        "period": periods,
    }
)


def _grant(drawn, now):
    return Grant(
        effect=drawn["effect"],
        categories=drawn["categories"],
        purposes=drawn["purposes"],
        actions=drawn["actions"],
        not_before=now + drawn["window"][0],
        expires=now + drawn["window"][1],
        data_from=drawn["period"][0],
        data_until=drawn["period"][1],
        records=drawn["records"],
        conditions=drawn["conditions"],
    )


def expected(lines, question, now):
    """Return the expected status, computed by the ledger's own rules for one grant."""
    covering = [
        grant
        for grant in lines
        if grant.covers(question["category"], question["purposes"], "view", question["record"])
        and grant.reaches(*question["period"])
    ]
    if any(grant.effect is Effect.FORBID and grant.open_at(now) for grant in covering):
        return "Forbidden"
    permits = [grant for grant in covering if grant.effect is Effect.PERMIT]
    open_ = [grant for grant in permits if grant.open_at(now)]
    if open_:
        return "Valid" if any(not grant.conditions for grant in open_) else "Conditional"
    if any(now < grant.expires for grant in permits):
        return "NotYet"
    return "Expired" if permits else "NotCovered"


def _anchored(chain, registry, consent, signature=None):
    """Append the leaf of a consent to an empty log on chain; return its entry and evidence."""
    consent_digest = digest(consent, Domain(chain.deployment.chain_id, registry.address))
    signature = signature or SUBJECT.sign(consent_digest)
    entry = Entry(digest=consent_digest, signature=signature, salt=SALT, lock=consent.lock)
    assert chain.send(registry.functions.append([entry.leaf], []))["status"] == 1
    return entry, (signature, SALT, (0, 1, entry.leaf, []))


def _consent(lines):
    return Consent(
        data_subject=SUBJECT.signer,
        signer=SUBJECT.signer,
        grantee=GRANTEE,
        grantee_name="Seoul Lung Trial",
        version=1,
        previous=bytes(32),
        grants=tuple(lines),
        notice_hash=bytes(32),
        notice_language="ko",
        signed_at=1_700_000_000,
        lock=lock_of(SECRET),
    )


def _ask(question):
    period, record = question["period"], question["record"]
    return (SUBJECT.signer, GRANTEE, question["category"], list(question["purposes"]), "view", record, *period)


@settings(max_examples=sized(120), deadline=None, suppress_health_check=list(HealthCheck))
@given(some.lists(grants, max_size=3), questions)
def test_the_contract_reads_grants_as_the_ledger_does(chain, drawn, question):
    registry = chain.contract("consents")
    with chain.undone():
        now = chain.web3.eth.get_block("latest")["timestamp"] + 1000
        lines = [_grant(fields, now) for fields in drawn]
        consent = _consent(lines)
        _, evidence = _anchored(chain, registry, consent)
        call = registry.functions.verify(arguments_of(consent), evidence, _ask(question))
        status, line = _call_at(chain, call, now)
    assert STATUS[status] == expected(lines, question, now)
    if STATUS[status] in {"Valid", "Conditional", "Forbidden"}:
        assert lines[line].covers(question["category"], question["purposes"], "view", question["record"])
        assert lines[line].open_at(now)


def _call_at(chain, call, time):
    """Return the result of a call in a block with the timestamp `time`."""
    chain.web3.provider.make_request("evm_setNextBlockTimestamp", [time])
    chain.web3.provider.make_request("evm_mine", [])
    return call.call()


def test_a_consent_of_a_python_wallet_lives_and_ends_on_chain(chain):
    registry = chain.contract("consents")
    now = chain.web3.eth.get_block("latest")["timestamp"]
    grant = Grant(Effect.PERMIT, ("health",), ("hl7:HRESCH",), ("view",), now - 10, now + 10**6)
    consent = _consent([grant])
    question = {"category": "health.lab", "purposes": ("hl7:HRESCH",), "record": RECORD, "period": (0, 0)}
    with chain.undone():
        entry, evidence = _anchored(chain, registry, consent)
        call = registry.functions.verify(arguments_of(consent), evidence, _ask(question))
        assert STATUS[call.call()[0]] == "Valid"
        receipt = chain.send(registry.functions.revoke(entry.core, SECRET))
        named = registry.events.Revoked().process_receipt(receipt)[0]["args"]
        assert (named["entry"], named["lock"]) == (entry.entry, entry.lock)
        assert registry.functions.revokedAt(entry.entry, entry.lock).call() > 0
        assert STATUS[call.call()[0]] == "Revoked"
