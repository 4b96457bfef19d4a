"""What a gateway is asked, and the names by which its answer says what that was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from mydata_ledger.anchors.ipld.cid import Cid


@dataclass(frozen=True, slots=True)
class GatewayRequest:
    """One request: method, the decoded segments below /ipfs/, query and headers (names in lower case).

    `folder` says that the path ended in a slash. Bytes of a name that are not UTF-8 are surrogates.
    """

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    folder: bool = False

    @property
    def shown(self) -> str:
        """The path as URLs carry it."""
        return "/ipfs/" + self._below(self.path[0])

    def uri(self, root: Cid) -> str:
        """The content path as a URI, the same however the request spelled it (IPIP-548)."""
        return "ipfs://" + self._below(str(replace(root, version=1)))

    @property
    def legacy(self) -> str | None:
        """The content path as `X-Ipfs-Path` has it, decoded; None where a header cannot carry it."""
        text = "/ipfs/" + "/".join(self.path) + "/" * self.folder
        return text if all(" " <= one <= "~" for one in text) and text == text.strip() else None

    def _below(self, root: str) -> str:
        names = [quote(name, safe="", errors="surrogateescape") for name in self.path[1:]]
        return "/".join([root, *names]) + "/" * self.folder
