"""The API over HTTP, for a wallet, an integrator of a hospital, or a reader."""

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
from mydata_ledger.client.keys import KeyFile, Passphrase, load_key, no_passphrase
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
ISSUE_BATCH = 500
PATIENCE = 90
Progress = Callable[[int, int], None]
Form = Mapping[str, Any] | None


class Client:
    """A signed-in wallet at one API. Its methods raise RequestRefused, and SourceUnavailable if the server does not
    respond.
    """

    def __init__(self, url: str, wallet: Wallet, reader: ReaderKey | None = None) -> None:
        self.wallet, self.reader = wallet, reader
        self._http = httpx.Client(base_url=url, timeout=120)

    @classmethod
    def anonymous(cls, url: str) -> Client:
        """A client for public data, with a random wallet."""
        return cls(url, Wallet(secrets.token_bytes(32)))

    def wait_anchored(self, log: str, position: int) -> int:
        """Wait until a position of a log is on chain, and return the block in which it was seen. Raises
        SourceUnavailable on timeout.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            anchored = self.call("GET", f"/log/{log}/heads")["anchored"]
            if anchored["size"] > position:
                return int(anchored["block"])
            time.sleep(0.1)
        raise SourceUnavailable(f"position {position} of the {log} log is not on chain after {PATIENCE} seconds")

    def call(self, method: str, path: str, **options: Any) -> Any:
        """The JSON response to a request."""
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise SourceUnavailable("the API does not answer; start it with `mydata up`, or give its --url") from error
        if response.is_success:
            return response.json() if response.content else None
        raise _request_refused(response)

    def view(self, path: str, person: str = "", **params: Any) -> Any:
        """What a person sees at a path: the caller, or the person (signer bytes, 0x-hex) for whom they act."""
        return self.call("GET", path, params=params | ({"for": person} if person else {}))

    def download(self, path: str, file: IO[bytes], form: Form = None) -> int:
        """Write a response to a file while it arrives, and return its number of bytes. A form is sent by POST."""
        return sum(file.write(chunk) for chunk in self.pieces(path, form=form))

    def pieces(self, path: str, report_progress: Progress = lambda _, __: None, form: Form = None) -> Iterator[bytes]:
        """A response in pieces. `report_progress` gets the bytes received and the total (0 if unknown)."""
        received = 0
        try:
            with self._http.stream("POST" if form else "GET", path, json=form) as response:
                if not response.is_success:
                    response.read()
                    raise _request_refused(response)
                for piece in response.iter_bytes():
                    received += len(piece)
                    report_progress(received, int(response.headers.get("content-length", 0)))
                    yield piece
        except httpx.HTTPError as error:
            raise SourceUnavailable("the download broke off; start it again") from error

    def sign_in(self) -> Client:
        """Open a session by ERC-4361, in which records are opened with the reader key only, if there is one."""
        named = {"reader_key": "0x" + self.reader.public.hex()} if self.reader else {}
        challenge = self.call("POST", "/session/challenges", json={"address": self.wallet.address} | named)
        signature = "0x" + self.wallet.sign_text(challenge["message"]).hex()
        session = self.call("POST", "/sessions", json={"message": challenge["message"], "signature": signature})
        self._http.headers["Authorization"] = f"Bearer {session['token']}"
        return self

    def sign(self, typed: Mapping[str, Any], kind: type) -> dict[str, Any]:
        """Sign typed data as a wallet does; returns message, domain and signature."""
        statement: Any = typed_data.parse(kind, typed["message"])
        if (domain := read_domain(typed["domain"])) is None:
            raise MalformedInput("the draft has no domain to be signed in; ask for a new draft")
        signature = self.wallet.sign(typed_data.digest(statement, domain))
        return {"message": typed["message"], "domain": typed["domain"], "signature": "0x" + signature.hex()}

    def secret(self, grantee: str, version: int) -> bytes:
        """The secret of a consent's lock. It is derived from this wallet's deterministic signature (RFC 6979), so only
        this wallet can make it, and makes the same one again.
        """
        text = f"MyData Ledger: secret that withdraws my consent\nto {grantee.lower()}\nversion {version}"
        return sha256(self.wallet.sign_text(text)).digest()

    def draft(self, grantee: str, grants: Sequence[Mapping[str, Any]], language: str = "en") -> dict[str, Any]:
        """Draft the next consent to a grantee, locked by this wallet's secret, and check that it is
        what was requested.
        """
        form = {"grantee": grantee, "grants": list(grants), "language": language, "lock": ZERO}
        version = self.call("POST", "/consents/drafts", json=form)["typed_data"]["message"]["version"]
        form["lock"] = "0x" + lock_of(self.secret(grantee, version)).hex()
        draft: dict[str, Any] = self.call("POST", "/consents/drafts", json=form)
        self._check_draft(draft["typed_data"]["message"], form)
        return draft

    def consent(self, grantee: str, grants: Sequence[Mapping[str, Any]], language: str = "en") -> Any:
        """Draft, check, sign and submit a consent."""
        typed_data = self.draft(grantee, grants, language)["typed_data"]
        return self.call("POST", "/consents", json=self.sign(typed_data, Consent))

    def withdrawal(self, grantee: str, language: str = "en") -> dict[str, Any]:
        """Draft the withdrawal of the newest consent to a grantee, and check that it is what was requested. It opens
        the consent's lock if this wallet made that.
        """
        consents = [one for one in self.call("GET", "/consents") if one["grantee"].lower() == grantee.lower()]
        secret = self._lock_secret(consents[-1]) if consents else ZERO
        form = {"grantee": grantee, "secret": secret, "language": language}
        draft: dict[str, Any] = self.call("POST", "/revocations/drafts", json=form)
        message, mine = draft["typed_data"]["message"], "0x" + self.wallet.signer.hex()
        parties = message["dataSubject"], message["signer"], message["grantee"].lower()
        drafted = (*parties, message["secret"], message["consent"])
        if not consents or drafted != (mine, mine, grantee.lower(), secret, consents[-1]["entry"]):
            raise IntegrityFailure("the draft does not end what was asked for; it was not signed")
        return draft

    def _lock_secret(self, consent: Mapping[str, Any]) -> str:
        """The secret of a consent's lock; zero if this wallet did not make the lock."""
        secret = self.secret(consent["grantee"], consent["version"])
        lock = self.call("GET", f"/consents/{consent['entry']}/copy")["lock"]
        return "0x" + secret.hex() if lock == "0x" + lock_of(secret).hex() else ZERO

    def withdraw(self, grantee: str, language: str = "en") -> Any:
        """Draft, check, sign and submit the withdrawal of the newest consent to a grantee."""
        return self.end(self.withdrawal(grantee, language))

    def end(self, withdrawal: Mapping[str, Any]) -> Any:
        """Sign and submit a drafted withdrawal."""
        return self.call("POST", "/revocations", json=self.sign(withdrawal["typed_data"], Revocation))

    def _check_draft(self, message: Mapping[str, Any], form: Mapping[str, Any]) -> None:
        """Raise IntegrityFailure if the draft, which will be signed, is not what this wallet requested."""
        mine = "0x" + self.wallet.signer.hex()
        same_parties = (message["dataSubject"], message["signer"], message["lock"]) == (mine, mine, form["lock"])
        drafted = [(sorted(g["categories"]), sorted(g["purposes"]), sorted(g["actions"])) for g in message["grants"]]
        requested = [(sorted(g["categories"]), sorted(g["purposes"]), sorted(g["actions"])) for g in form["grants"]]
        if not same_parties or drafted != requested or message["grantee"].lower() != form["grantee"].lower():
            raise IntegrityFailure("the draft does not say what was asked for; it was not signed")

    def issue(self, drafts: Iterable[Mapping[str, Any]], kind: type) -> list[dict[str, Any]]:
        """Sign and submit drafted issues, in batches."""
        signed = [self.sign(draft, kind) for draft in drafts]
        forms = [{"message": form["message"], "signature": form["signature"]} for form in signed]
        batches = [forms[start : start + ISSUE_BATCH] for start in range(0, len(forms), ISSUE_BATCH)]
        return [
            record for batch in batches for record in self.call("POST", "/records", json={"records": batch})["records"]
        ]

    def read(self, path: str, **options: Any) -> OpenedRelease:
        """Request a record by a service's route, open it and verify it."""
        return self.open(self.call("GET", path, **options))

    def ask(self, record_id: str, **question: Any) -> OpenedRelease:
        """Request a record by the general route, open it and verify it."""
        return self.open(self.call("POST", f"/access/records/{record_id}", json=question))

    def released(
        self, record_id: str, pointers: Sequence[str], paths: Sequence[str], **question: Any
    ) -> dict[str, Any]:
        """The sealed release of a record, or of fields selected by JSON Pointer or by FHIRPath."""
        if pointers and paths:
            raise MalformedInput("choose fields by JSON Pointer or by FHIRPath, not by both in one question")
        selection = {name: values for name, values in (("pointers", pointers), ("select", paths)) if values}
        path = f"/{'health' if paths else 'access'}/records/{record_id}" + ("/fields" if selection else "")
        release: dict[str, Any] = self.call("POST", path, json={**question, **selection})
        return release

    def open(self, release: Mapping[str, Any]) -> OpenedRelease:
        """Open a release with this client's reader key. Raises IntegrityFailure if it is not what the holder signed."""
        if self.reader is None:
            raise IntegrityFailure("no reader key to open the release with; make one with `mydata keys new --reader`")
        if release["sealed"] is None:
            raise MalformedInput("this record is too large to be opened in memory: `mydata access RECORD --out FILE`")
        record = read_hex(release["record_id"], "record_id", 32)
        key = envelope.unwrap(read_hex(release["wrapped_key"], "wrapped_key"), self.reader, record)
        opened = envelope.open_sealed(base64.b64decode(release["sealed"]), key, record)
        commitment = read_hex(release["issue"]["commitment"], "commitment", 32)
        if opened.media_type == disclosure.MEDIA_TYPE:
            disclosure.verify(disclosure.from_json(opened.content), commitment)
        elif record_commitment(opened.content, opened.media_type, opened.seed) != commitment:
            raise IntegrityFailure("the record is not the one its holder signed")
        receipt = release["receipt"]
        return OpenedRelease(
            opened.content, opened.media_type, opened.seed, receipt["position"], receipt["block"], release["issue"]
        )

    def acknowledge(self, opened: OpenedRelease) -> int | None:
        """Sign that a release was opened. Returns the position in the access log, None for the signer's own record."""
        if opened.issue["dataSubject"].lower() == self.wallet.address.lower():
            return None
        return self.countersign(self.acknowledgement(opened.position))

    def countersign(self, draft: Mapping[str, Any]) -> int:
        """Sign and submit a drafted acknowledgement, and return its position in the access log."""
        form = self.sign(draft["typed_data"], Acknowledgement)
        return int(self.call("POST", "/receipts/acknowledgements", json=form)["position"])

    def acknowledgement(self, position: int, language: str = "en") -> dict[str, Any]:
        """Draft the statement that the release of a receipt was opened."""
        path = f"/receipts/{position}/acknowledgement"
        draft: dict[str, Any] = self.call("GET", path, params={"language": language})
        return draft


def signed_in(url: str, key: Path, passphrase: Passphrase = no_passphrase) -> tuple[Client, KeyFile]:
    """A client with an open session for the wallet of a key file. Raises MalformedInput, RequestRefused,
    SourceUnavailable.
    """
    key_file = load_key(key, passphrase)
    return Client(url, key_file.wallet, key_file.reader).sign_in(), key_file


def _request_refused(response: httpx.Response) -> RequestRefused:
    try:
        body = response.json()
    except ValueError:
        body = {}
    return RequestRefused(response.status_code, str(body.get("error", "refused")), str(body.get("detail") or ""))
