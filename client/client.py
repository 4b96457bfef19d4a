"""The door seen from outside: what a wallet, a hospital's integrator or a reader does over HTTP."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import httpx

from mydata_ledger.client.answers import OpenedRelease, RequestRefused
from mydata_ledger.client.keys import KeyFile, load_key
from mydata_ledger.ledger import envelope, typed_data
from mydata_ledger.ledger.access import Acknowledgement
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.envelope import ReaderKey
from mydata_ledger.ledger.errors import IntegrityFailure, MalformedInput, SourceUnavailable
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import read_domain, read_hex

ZERO = "0x" + "00" * 32
BATCH = 500
PATIENCE = 90


class Client:
    """One signed-in wallet at one door. Raises Refused, and SourceUnavailable when nothing answers."""

    def __init__(self, url: str, wallet: Wallet, reader: ReaderKey | None = None) -> None:
        self.wallet, self.reader = wallet, reader
        self._http = httpx.Client(base_url=url, timeout=120)

    @classmethod
    def anonymous(cls, url: str) -> Client:
        """A client that reads what is public, with a wallet nobody knows."""
        return cls(url, Wallet(secrets.token_bytes(32)))

    def wait_anchored(self, log: str, position: int) -> int:
        """Wait until a position is on chain; the block it was seen in. Raises SourceUnavailable after a while."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            anchored = self.call("GET", f"/log/{log}/heads")["anchored"]
            if anchored["size"] > position:
                return int(anchored["block"])
            time.sleep(0.1)
        raise SourceUnavailable(f"position {position} of the {log} log is not on chain after {PATIENCE} seconds")

    def call(self, method: str, path: str, **given: Any) -> Any:
        """The JSON answer of one request."""
        try:
            answer = self._http.request(method, path, **given)
        except httpx.HTTPError as error:
            raise SourceUnavailable("the API does not answer; start it with `mydata up`, or give its --url") from error
        if answer.is_success:
            return answer.json() if answer.content else None
        raise _refusal(answer)

    def download(self, path: str, file: IO[bytes]) -> int:
        """Write the answer of one request to a file as it comes; how many bytes there were."""
        return sum(file.write(piece) for piece in self.pieces(path))

    def pieces(self, path: str, say: Callable[[int, int], None] = lambda _, __: None) -> Iterator[bytes]:
        """The answer of one request as it comes; `say` hears how many bytes of how many (0: not told) have come."""
        done = 0
        try:
            with self._http.stream("GET", path) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _refusal(answer)
                for piece in answer.iter_bytes():
                    done += len(piece)
                    say(done, int(answer.headers.get("content-length", 0)))
                    yield piece
        except httpx.HTTPError as error:
            raise SourceUnavailable("the download broke off; start it again") from error

    def sign_in(self) -> Client:
        """Open a session, as ERC-4361 says."""
        asked = self.call("POST", "/session/challenges", json={"address": self.wallet.address})
        signature = "0x" + self.wallet.sign_text(asked["message"]).hex()
        session = self.call("POST", "/sessions", json={"message": asked["message"], "signature": signature})
        self._http.headers["Authorization"] = f"Bearer {session['token']}"
        return self

    def sign(self, typed: Mapping[str, Any], kind: type) -> dict[str, Any]:
        """What a wallet gives back for typed data: message, domain, signature."""
        statement: Any = typed_data.parse(kind, typed["message"])
        domain = read_domain(typed["domain"])
        assert domain is not None  # noqa: S101 - a draft always carries its domain
        signature = self.wallet.sign(typed_data.digest(statement, domain))
        return {"message": typed["message"], "domain": typed["domain"], "signature": "0x" + signature.hex()}

    def secret(self, grantee: str, version: int) -> bytes:
        """The secret that opens a consent's lock: only this wallet can make it, and makes the same again (RFC 6979)."""
        text = f"MyData Ledger: secret that withdraws my consent\nto {grantee.lower()}\nversion {version}"
        return sha256(self.wallet.sign_text(text)).digest()

    def draft(self, grantee: str, grants: Sequence[Mapping[str, Any]], language: str = "en") -> dict[str, Any]:
        """The next consent to a grantee, locked by this wallet's secret, and found to say what was asked."""
        wish = {"grantee": grantee, "grants": list(grants), "language": language, "lock": ZERO}
        version = self.call("POST", "/consents/drafts", json=wish)["typed_data"]["message"]["version"]
        wish["lock"] = "0x" + lock_of(self.secret(grantee, version)).hex()
        draft: dict[str, Any] = self.call("POST", "/consents/drafts", json=wish)
        self._says_what_was_asked(draft["typed_data"]["message"], wish)
        return draft

    def consent(self, grantee: str, grants: Sequence[Mapping[str, Any]], language: str = "en") -> Any:
        """Draft, check, sign and hand in a consent."""
        typed = self.draft(grantee, grants, language)["typed_data"]
        return self.call("POST", "/consents", json=self.sign(typed, Consent))

    def withdrawal(self, grantee: str, language: str = "en") -> dict[str, Any]:
        """The draft that ends the newest consent to a grantee, found to say what was asked; it opens the consent's lock
        where this wallet made that.
        """
        given = [one for one in self.call("GET", "/consents") if one["grantee"].lower() == grantee.lower()]
        secret = self._opener(given[-1]) if given else ZERO
        wish = {"grantee": grantee, "secret": secret, "language": language}
        draft: dict[str, Any] = self.call("POST", "/revocations/drafts", json=wish)
        said, mine = draft["typed_data"]["message"], "0x" + self.wallet.signer.hex()
        told = (said["dataSubject"], said["signer"], said["grantee"].lower(), said["secret"], said["consent"])
        if not given or told != (mine, mine, grantee.lower(), secret, given[-1]["entry"]):
            raise IntegrityFailure("the draft does not end what was asked for; it was not signed")
        return draft

    def _opener(self, consent: Mapping[str, Any]) -> str:
        """The secret of a consent's lock; zero where another wallet or page made it, or nobody."""
        secret = self.secret(consent["grantee"], consent["version"])
        lock = self.call("GET", f"/consents/{consent['entry']}/copy")["lock"]
        return "0x" + secret.hex() if lock == "0x" + lock_of(secret).hex() else ZERO

    def withdraw(self, grantee: str, language: str = "en") -> Any:
        """Draft, check, sign and hand in the withdrawal of the newest consent to a grantee."""
        return self.end(self.withdrawal(grantee, language))

    def end(self, withdrawal: Mapping[str, Any]) -> Any:
        """Sign a drafted withdrawal and hand it in."""
        return self.call("POST", "/revocations", json=self.sign(withdrawal["typed_data"], Revocation))

    def _says_what_was_asked(self, message: Mapping[str, Any], wish: Mapping[str, Any]) -> None:
        """Raise IntegrityFailure when the draft is not what this wallet asked for: it is what will be signed."""
        mine = "0x" + self.wallet.signer.hex()
        same = (message["dataSubject"], message["signer"], message["lock"]) == (mine, mine, wish["lock"])
        lines = [(sorted(g["categories"]), sorted(g["purposes"]), sorted(g["actions"])) for g in message["grants"]]
        asked = [(sorted(g["categories"]), sorted(g["purposes"]), sorted(g["actions"])) for g in wish["grants"]]
        if not same or lines != asked or message["grantee"].lower() != wish["grantee"].lower():
            raise IntegrityFailure("the draft does not say what was asked for; it was not signed")

    def issue(self, drafts: Iterable[Mapping[str, Any]], kind: type) -> list[dict[str, Any]]:
        """Sign and hand in drafted issues, in batches."""
        signed = [self.sign(draft, kind) for draft in drafts]
        plain = [{"message": one["message"], "signature": one["signature"]} for one in signed]
        batches = [plain[start : start + BATCH] for start in range(0, len(plain), BATCH)]
        return [r for batch in batches for r in self.call("POST", "/records", json={"records": batch})["records"]]

    def read(self, path: str, **given: Any) -> OpenedRelease:
        """Ask for a record through a service's own door, open it and check it."""
        return self.open(self.call("GET", path, **given))

    def ask(self, record_id: str, **question: Any) -> OpenedRelease:
        """Ask for a record through the general door, open it and check it."""
        return self.open(self.call("POST", f"/access/records/{record_id}", json=question))

    def released(
        self, record_id: str, pointers: Sequence[str], paths: Sequence[str], **question: Any
    ) -> dict[str, Any]:
        """The release, still sealed: of the record, or of fields chosen by JSON Pointer or by FHIRPath."""
        if pointers and paths:
            raise MalformedInput("choose fields by JSON Pointer or by FHIRPath, not by both in one question")
        chosen = {name: given for name, given in (("pointers", pointers), ("select", paths)) if given}
        door = f"/{'health' if paths else 'access'}/records/{record_id}" + ("/fields" if chosen else "")
        release: dict[str, Any] = self.call("POST", door, json={**question, **chosen})
        return release

    def open(self, release: Mapping[str, Any]) -> OpenedRelease:
        """Open a release with this reader's key. Raises IntegrityFailure unless it is what the holder signed."""
        if self.reader is None:
            raise IntegrityFailure("no reader key to open the release with; make one with `mydata keys new --reader`")
        if release["sealed"] is None:
            raise MalformedInput("this record is too large to be opened in memory: `mydata access RECORD --out FILE`")
        record = read_hex(release["record_id"], "record_id", 32)
        key = envelope.unwrap(read_hex(release["wrapped_key"], "wrapped_key"), self.reader, record)
        found = envelope.open_sealed(base64.b64decode(release["sealed"]), key, record)
        commitment = read_hex(release["issue"]["commitment"], "commitment", 32)
        if found.media_type == disclosure.MEDIA_TYPE:
            disclosure.verify(disclosure.from_json(found.content), commitment)
        elif record_commitment(found.content, found.media_type, found.seed) != commitment:
            raise IntegrityFailure("the record is not the one its holder signed")
        receipt = release["receipt"]
        return OpenedRelease(
            found.content, found.media_type, found.seed, receipt["position"], receipt["block"], release["issue"]
        )

    def acknowledge(self, opened: OpenedRelease) -> int | None:
        """Say, signed, that the release was opened; where that lies in the access log, None for one's own record."""
        if opened.issue["dataSubject"].lower() == self.wallet.address.lower():
            return None
        return self.countersign(self.acknowledgement(opened.position))

    def countersign(self, draft: Mapping[str, Any]) -> int:
        """Sign a drafted acknowledgement and hand it in; where it lies in the access log."""
        form = self.sign(draft["typed_data"], Acknowledgement)
        return int(self.call("POST", "/receipts/acknowledgements", json=form)["position"])

    def acknowledgement(self, position: int, language: str = "en") -> dict[str, Any]:
        """The draft that says that what a receipt released was opened."""
        path = f"/receipts/{position}/acknowledgement"
        draft: dict[str, Any] = self.call("GET", path, params={"language": language})
        return draft


def signed_in(url: str, key: Path) -> tuple[Client, KeyFile]:
    """A client with an open session for the wallet in a key file. Raises MalformedInput, Refused, SourceUnavailable."""
    found = load_key(key)
    return Client(url, found.wallet, found.reader).sign_in(), found


def _refusal(answer: httpx.Response) -> RequestRefused:
    try:
        body = answer.json()
    except ValueError:
        body = {}
    return RequestRefused(answer.status_code, str(body.get("error", "refused")), str(body.get("detail") or ""))
