"""A record as an SD-JWT VC, checked with the IETF reference library: issued, partly disclosed, bound, tampered."""

import base64
import json
import time
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from jwcrypto.jws import InvalidJWSSignature
from sd_jwt.holder import SDJWTHolder
from sd_jwt.verifier import SDJWTVerifier
from typer.testing import CliRunner

from mydata_ledger.api.proof_documents import proof_document
from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, MalformedInput, NotEntitled, SignatureInvalid
from mydata_ledger.ledger.kernel import Proof
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import LoggedStatement, SignedStatement
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.credential import chosen, claims_of, issuer_key, signed
from mydata_ledger.scripts.credential.choosing import RESERVED
from mydata_ledger.scripts.verify import parse
from mydata_ledger.scripts.verify.attached import AttachedContent
from testing.sizes import sized

HOSPITAL, ANN, STRANGER = (Wallet(sha256(name).digest()) for name in (b"hospital", b"ann", b"stranger"))
SEED, NOW = b"s" * 32, 1_800_000_000
FHIR = (
    '{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.10,"unit":"mg/dL"},'
    '"code":{"coding":[{"system":"a","code":"b"},{"system":"c","code":"d"}]},"note":[],"name":"김 é","iss":"x"}'
).encode()
REGISTRIES = dict.fromkeys(("consents", "records", "access", "parties"), STRANGER.address)
DOMAIN = Domain(31337, STRANGER.address)
WALLET_KEY = JWK.generate(kty="EC", crv="P-256")


def document(content=FHIR):
    """A proof document of a record with its content, as `mydata access --proof` writes it."""
    commitment = record_commitment(content, "application/fhir+json", SEED)
    issue = Issue(
        b"\1" * 32, ANN.signer, HOSPITAL.address, "health.lab", 0, 0, commitment, "bafy", bytes(32), NOW, bytes(32)
    )
    digest = typed_data.digest(issue, DOMAIN)
    signed_issue = SignedStatement(issue, Entry(digest, HOSPITAL.sign(digest), SEED))
    proof = Proof(LoggedStatement(signed_issue, 0, NOW), DOMAIN, Head(1, signed_issue.entry.leaf), (), 7)
    return proof_document(proof, REGISTRIES) | {"content": AttachedContent(True, SEED, content).written()}


def credential(wallet=HOSPITAL, pointers=("",), key=None, content=FHIR):
    claims = claims_of(parse(document(content)), wallet, NOW, key)
    return signed(wallet, claims, {"content": chosen(content, pointers)})


def verified(presentation, **expected):
    return SDJWTVerifier(presentation, issuer_key, **expected).get_verified_payload()


def everything(value):
    """Argument of `create_presentation` that discloses everything."""
    if isinstance(value, dict):
        return {name: everything(item) for name, item in value.items()} or True
    return [everything(item) for item in value] or True if isinstance(value, list) else True


@pytest.mark.parametrize("wallet", [HOSPITAL, ANN], ids=["its holder", "its data subject"])
def test_the_reference_library_verifies_what_is_exported(wallet):
    claims = verified(credential(wallet))
    assert claims.pop("content") == json.loads(FHIR)
    assert claims == {
        "iss": f"did:pkh:eip155:31337:{wallet.address}",
        "iat": NOW,
        "vct": "urn:mydata:record:health.lab",
        "status": {
            "mydata_log": {
                "chain_id": 31337,
                "registry": STRANGER.address,
                "entry": document()["entry"],
                "position": 0,
                "checkpoint": document()["checkpoint"],
            }
        },
        "record": {
            "record_id": "0x" + "01" * 32,
            "holder": HOSPITAL.address,
            "commitment": document()["message"]["commitment"],
            "issued_at": NOW,
        },
    }


def test_nothing_of_the_content_nor_the_person_s_address_is_in_clear():
    body = credential().split("~")[0].split(".")[1]
    clear = base64.urlsafe_b64decode(body + "==")
    for hidden in (b"Observation", b"final", b"1.1", b'status":"', b"resourceType", ANN.signer.hex().encode()):
        assert hidden.lower() not in clear.lower()


def test_header_and_disclosures_are_as_the_specifications_say():
    jws, *disclosures, end = credential().split("~")
    header = json.loads(base64.urlsafe_b64decode(jws.split(".")[0] + "=="))
    assert (header["alg"], header["typ"], header["jwk"]["crv"], end) == ("ES256K", "dc+sd-jwt", "secp256k1", "")
    decoded = [json.loads(base64.urlsafe_b64decode(text + "==")) for text in disclosures]
    assert len({parts[0] for parts in decoded}) == len(decoded)
    assert all(len(base64.urlsafe_b64decode(parts[0] + "==")) >= 16 for parts in decoded)


def test_a_number_keeps_its_digits_in_its_disclosure():
    texts = [base64.urlsafe_b64decode(text + "==") for text in credential().split("~")[1:-1]]
    assert any(text.endswith(b'"value",1.10]') for text in texts)


def test_each_member_is_shown_or_withheld_by_itself():
    holder = SDJWTHolder(credential())
    holder.create_presentation(
        {"content": {"valueQuantity": {"unit": True}, "code": {"coding": [False, {"code": True}]}}}
    )
    shown = verified(holder.sd_jwt_presentation)["content"]
    assert shown == {"valueQuantity": {"unit": "mg/dL"}, "code": {"coding": [{"code": "d"}]}}
    holder.create_presentation({})
    assert "content" not in verified(holder.sd_jwt_presentation)


def test_of_fields_that_were_not_chosen_not_even_a_digest_goes_in():
    made = credential(pointers=["/valueQuantity", "/code/coding/1/code"])
    assert verified(made)["content"] == {
        "valueQuantity": {"value": 1.1, "unit": "mg/dL"},
        "code": {"coding": [{"code": "d"}]},
    }
    assert made.count("~") - 1 == 8


def test_it_is_bound_to_a_key_and_shown_with_it():
    made = credential(key=json.loads(WALLET_KEY.export_public()))
    holder = SDJWTHolder(made)
    holder.create_presentation({"content": {"status": True}}, "nonce-1", "https://verifier.example", WALLET_KEY)
    expected = {"expected_aud": "https://verifier.example", "expected_nonce": "nonce-1"}
    claims = verified(holder.sd_jwt_presentation, **expected)
    assert claims["content"] == {"status": "final"}
    assert claims["cnf"]["jwk"]["crv"] == "P-256"
    for wrong in ({"expected_aud": "https://other.example"}, {"expected_nonce": "nonce-2"}):
        with pytest.raises(ValueError, match="Invalid"):
            verified(holder.sd_jwt_presentation, **expected | wrong)
    jws, _, *rest = holder.sd_jwt_presentation.split("~")
    with pytest.raises(ValueError, match="digest"):
        verified("~".join([jws, *rest]), **expected)
    other = SDJWTHolder(made)
    other.create_presentation({}, "nonce-1", "https://verifier.example", JWK.generate(kty="EC", crv="P-256"))
    with pytest.raises(InvalidJWSSignature):
        verified(other.sd_jwt_presentation, **expected)


def test_a_tampered_disclosure_shows_nothing():
    jws, *disclosures, end = credential().split("~")
    for number, text in enumerate(disclosures):
        parts = json.loads(base64.urlsafe_b64decode(text + "=="))
        parts[-1] = "forged"
        forged = base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()
        changed = [*disclosures[:number], forged, *disclosures[number + 1 :]]
        assert "forged" not in json.dumps(verified("~".join([jws, *changed, end])))


def test_a_disclosure_given_twice_is_refused():
    jws, first, *rest = credential().split("~")
    with pytest.raises(ValueError, match="Duplicate"):
        verified("~".join([jws, first, first, *rest]))


@settings(max_examples=sized(60), deadline=None)
@given(st.data())
def test_any_changed_character_of_the_signed_part_is_refused(data):
    made = credential()
    jws = made.split("~")[0]
    place = data.draw(st.integers(0, len(jws) - 1))
    letter = data.draw(st.sampled_from("ABCDwxyz0189-_"))
    tampered = made[:place] + letter + made[place + 1 :]
    last_bits = jws[place + 1 : place + 2] in {".", "", "~"}
    if tampered == made or last_bits:
        return
    with pytest.raises(Exception):  # noqa: B017, PT011 - the library's, of many kinds
        verified(tampered)


def test_a_key_that_is_not_the_issuer_s_is_refused():
    header = {"jwk": json.loads(JWK.generate(kty="EC", crv="secp256k1").export_public())}
    issuer = f"did:pkh:eip155:31337:{HOSPITAL.address}"
    for wrong in (header, {}, {"jwk": {}}, {"jwk": json.loads(WALLET_KEY.export_public())}, {"jwk": "x"}):
        with pytest.raises(SignatureInvalid):
            issuer_key(issuer, wrong)
    with pytest.raises(SignatureInvalid):
        issuer_key("https://issuer.example", header)


def test_nobody_but_holder_and_data_subject_exports():
    with pytest.raises(NotEntitled):
        claims_of(parse(document()), STRANGER, NOW)
    no_record = replace(parse(document()), statement=None)
    with pytest.raises(InvalidStatement):
        claims_of(no_record, HOSPITAL, NOW)


@pytest.mark.parametrize("name", ["_sd", "_sd_alg", "..."])
def test_names_that_sd_jwt_keeps_for_itself_are_refused(name):
    content = json.dumps({"a": [{name: ["x"]}], "b": 1}).encode()
    with pytest.raises(InvalidStatement, match="reserves"):
        chosen(content, [""])
    assert chosen(content, ["/b"]) == {"b": "1"}


leaves = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(st.characters(codec="utf-8"), max_size=6)
names = st.text(st.characters(codec="utf-8"), max_size=4).filter(lambda name: name not in RESERVED)
records = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=12
)


@settings(max_examples=sized(60), deadline=None)
@given(records)
def test_any_record_goes_through_the_library_and_back(value):
    content = json.dumps(value).encode()
    claims = verified(credential(content=content))
    assert claims["content"] == value
    holder = SDJWTHolder(credential(content=content))
    holder.create_presentation({"content": everything(value)})
    assert verified(holder.sd_jwt_presentation)["content"] == value


@pytest.fixture
def files(tmp_path):
    """A record with its content, and two key files."""
    (tmp_path / "record.json").write_text(json.dumps(document()))
    for name, seed in (("hospital", b"hospital"), ("stranger", b"stranger")):
        (tmp_path / f"{name}.json").write_text(json.dumps({"wallet": sha256(seed).hexdigest(), "reader": None}))
    (tmp_path / "wallet.jwk").write_text(WALLET_KEY.export_public())
    (tmp_path / "private.jwk").write_text(WALLET_KEY.export_private())
    return tmp_path


def run(folder, *arguments):
    return CliRunner().invoke(
        app, [str(folder / part) if "." in part and "/" not in part else part for part in arguments]
    )


EXPORT = ("record", "export", "record.json", "--out", "vc.txt", "--key")


def test_the_command_exports_chosen_fields_bound_to_a_key(files):
    fields = ("--pointer", "/status", "--fhirpath", "code.coding.code")
    done = CliRunner().invoke(
        app,
        [
            *("record", "export", str(files / "record.json"), "--out", str(files / "vc.txt"), "--sd-jwt"),
            *("--key", str(files / "hospital.json"), "--bind", str(files / "wallet.jwk"), *fields),
        ],
    )
    assert done.exit_code == 0, done.output
    claims = verified((files / "vc.txt").read_text().strip())
    assert claims["content"] == {"status": "final", "code": {"coding": [{"code": "b"}, {"code": "d"}]}}
    assert abs(claims["iat"] - time.time()) < 60


def test_the_command_refuses_wrong_use_in_a_sentence(files):
    for wrong, kind in (
        ((*EXPORT, "hospital.json"), MalformedInput),
        ((*EXPORT, "stranger.json", "--sd-jwt"), NotEntitled),
        ((*EXPORT, "hospital.json", "--sd-jwt", "--pointer", "status"), InvalidStatement),
        ((*EXPORT, "hospital.json", "--sd-jwt", "--fhirpath", "nothing"), InvalidStatement),
        ((*EXPORT, "hospital.json", "--sd-jwt", "--bind", "private.jwk"), MalformedInput),
    ):
        assert isinstance(run(files, *wrong).exception, kind)
        assert not (files / "vc.txt").exists()


def test_disclosing_by_pointer_and_by_fhirpath_is_the_same(files):
    for number, how in enumerate((("--pointer", "/valueQuantity/value"), ("--fhirpath", "value.value"))):
        out = files / f"part-{number}.json"
        done = CliRunner().invoke(app, ["disclose", str(files / "record.json"), *how, "--out", str(out)])
        assert done.exit_code == 0, done.output
        assert [field["value"] for field in json.loads(out.read_text())["disclosure"]["fields"]] == ["1.10"]
    assert (files / "part-0.json").read_bytes() == (files / "part-1.json").read_bytes()
    nothing = CliRunner().invoke(app, ["disclose", str(files / "record.json"), "--out", str(files / "x.json")])
    assert isinstance(nothing.exception, LedgerError)
