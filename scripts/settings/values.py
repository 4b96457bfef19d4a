"""Readers of setting values: each turns the text of one variable into a value, or refuses it in one sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from difflib import get_close_matches
from urllib.parse import SplitResult, urlsplit

from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.multiaddr import EMBEDDED, multiaddr

Read = Callable[[str, str], object]
"""Reads the variable of that name from its text. Raises BadSetting."""
NODE = "http://127.0.0.1:5001"
OWN_NODE, NO_NODE = "own", "none"
"""Values of the node that the verifier page offers, beside a URL."""
DEFAULT_PORTS = {"http": 80, "https": 443}
APP = re.compile(r"android:apk-key-hash:[A-Za-z0-9_-]{43}")
MAILBOX = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
SHOWN = 40
"""Characters of a bad value that the refusal repeats."""


class BadSetting(Failure):
    """A variable's name or value is not valid; the message names the nearest that is."""


def nearest(word: str, valid: Collection[str]) -> str:
    """The valid word that is most like this one."""
    return get_close_matches(word, valid, n=1, cutoff=0.0)[0]


def text(_: str, given: str) -> str:
    """Any text."""
    return given


def whole(least: int, most: int = 2**62) -> Read:
    """A whole number from `least` to `most`."""

    def read(name: str, given: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", given):
            near = f"for instance {least}" if least else f"{least} or more"
            raise BadSetting(f"{name} cannot be {_shown(given)}: give a whole number in digits, {near}")
        found = min(max(int(given), least), most)
        if found != int(given):
            raise BadSetting(f"{name} cannot be {_shown(given)}: the nearest valid value is {found}")
        return found

    return read


def yes_or_no(name: str, given: str) -> bool:
    """`yes` or `no`."""
    if given not in {"yes", "no"}:
        near = nearest(given, ("yes", "no"))
        raise BadSetting(f"{name} cannot be {_shown(given)}: give yes or no; the nearest is {near}")
    return given == "yes"


def url(*schemes: str, host: bool = True) -> Read:
    """A URL of one of these schemes. The refusal never repeats it, for it may hold a password."""

    def read(name: str, given: str) -> str:
        scheme, found, _ = given.partition("://")
        if not found or scheme not in schemes:
            valid = " or ".join(f"{one}://" for one in schemes)
            raise BadSetting(f"{name} must begin with {valid}; the nearest is {nearest(scheme, schemes)}://")
        if host and not _has_host(given):
            raise BadSetting(f"{name} names no server: after {scheme}:// comes host or host:port")
        return given

    return read


def site(name: str, given: str) -> str:
    """An http or https URL, with its origin as a browser writes it."""
    url(*DEFAULT_PORTS)(name, given)
    found = urlsplit(given)
    return _origin(found) + found.path


def origins(name: str, given: str) -> tuple[str, ...]:
    """Origins, separated by commas: of pages as a browser writes them, of Android apps by the hash of their key."""
    return tuple(one if APP.fullmatch(one) else _page(name, one) for one in given.replace(" ", "").split(","))


def _page(name: str, given: str) -> str:
    near = _origin(urlsplit(site(name, given)))
    if near != given:
        raise BadSetting(
            f"{name} cannot have {_shown(given)}: give origins as browsers write them; the nearest is {near}"
        )
    return near


def _origin(found: SplitResult) -> str:
    """Scheme and host in lower case, and the port unless it is the scheme's own (HTML, section 7.1.1)."""
    host = f"[{found.hostname}]" if ":" in (found.hostname or "") else found.hostname
    port = "" if found.port in {None, DEFAULT_PORTS[found.scheme]} else f":{found.port}"
    return f"{found.scheme}://{host}{port}"


def address(name: str, given: str) -> str:
    """An e-mail address."""
    if not MAILBOX.fullmatch(given):
        raise BadSetting(f"{name} cannot be {_shown(given)}: give an e-mail address, as ledger@example.org")
    return given


def payload_store(name: str, given: str) -> str:
    """`embedded`, or the address of an IPFS node's RPC."""
    if given == EMBEDDED:
        return given
    try:
        multiaddr(given)
    except MalformedInput as error:
        wanted = f"give `{EMBEDDED}` for the payload store of the state folder, or the URL of an IPFS node's RPC"
        near = nearest(given, (EMBEDDED, NODE))
        raise BadSetting(f"{name} cannot be {_shown(given)}: {wanted}; the nearest is {near}") from error
    return given


def offered_node(name: str, given: str) -> str:
    """`own`, `none`, or the http or https URL of a node."""
    if given in {OWN_NODE, NO_NODE}:
        return given
    if "://" not in given:
        near = nearest(given, (OWN_NODE, NO_NODE))
        raise BadSetting(f"{name} cannot be {_shown(given)}: give own, none or a URL; the nearest is {near}")
    url(*DEFAULT_PORTS)(name, given)
    return given


def _has_host(given: str) -> bool:
    try:
        found = urlsplit(given)
        return bool(found.hostname) and found.port != 0
    except ValueError:
        return False


def _shown(given: str) -> str:
    return repr(given[:SHOWN] + "…" if len(given) > SHOWN else given)
