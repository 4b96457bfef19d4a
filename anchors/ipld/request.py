"""A request to the gateway, and the forms of its content path in the headers of the response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from mydata_ledger.anchors.ipld.cid import Cid


@dataclass(frozen=True, slots=True)
class GatewayRequest:
    """One request: method, the decoded segments below /ipfs/, query and headers (names in lower case).

    `folder` is True if the path ended in a slash. Bytes of a name that are not UTF-8 are surrogates.
    """

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    folder: bool = False

    @property
    def encoded_path(self) -> str:
        """The path, encoded for a URL."""
        return "/ipfs/" + self._below(self.path[0])

    def uri(self, root: Cid) -> str:
        """Return the content path as a URI. It is the same for every text form of the CID (IPIP-548)."""
        return "ipfs://" + self._below(str(replace(root, version=1)))

    @property
    def header_path(self) -> str | None:
        """The decoded content path for the header `X-Ipfs-Path`; None if it has characters that no header may have."""
        text = "/ipfs/" + "/".join(self.path) + "/" * self.folder
        return text if all(" " <= character <= "~" for character in text) and text == text.strip() else None

    def _below(self, root: str) -> str:
        names = [quote(name, safe="", errors="surrogateescape") for name in self.path[1:]]
        return "/".join([root, *names]) + "/" * self.folder
