"""The settings of the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mydata_ledger.ledger.passkey import RelyingParty


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Settings of the API.

    `uri` and `chain_id` are part of every sign-in message; `registries` are the contract addresses by name; `instance`
    is the random id of this ledger. Times are
    in seconds, `max_body` in bytes; a rate of 0 per second sets no limit. `jurisdiction` is the ISO 3166 code of the
    country whose law applies. `origins` are those of pages and apps whose passkeys are accepted; by default the site's.
    `streams` is how many streams of live updates a process keeps open, `streams_per_account` how many of one account,
    `streams_per_host` how many of one address.
    """

    uri: str
    chain_id: int
    registries: Mapping[str, str]
    instance: str = ""
    challenge_seconds: int = 300
    max_body: int = 64 * 1024 * 1024
    requests_per_second: int = 1_000
    sign_ins_per_second: int = 50
    evaluations_per_second: int = 0
    jurisdiction: str = "KR"
    origins: tuple[str, ...] = ()
    streams: int = 2_000
    streams_per_account: int = 16
    streams_per_host: int = 500

    @property
    def scheme(self) -> str:
        """The scheme of `uri`."""
        return self.uri.partition("://")[0]

    @property
    def domain(self) -> str:
        """The host and port of `uri`, as an RFC 3986 authority."""
        return self.uri.partition("://")[2].partition("/")[0]

    @property
    def origin(self) -> str:
        """The origin of our own pages."""
        return f"{self.scheme}://{self.domain}"

    @property
    def relying_party(self) -> RelyingParty:
        """The site that passkeys sign for: the host of `uri`, and its origins."""
        host = self.domain.rpartition(":")[0] or self.domain
        return RelyingParty(host, self.origins or (self.origin,))
