"""The session of a page in a cookie that no script can read. It counts only in requests of our own pages.

The cookie has the prefix `__Host-`: it is sent over HTTPS, to this host and no other, and no subdomain can set it. Over
plain HTTP, which is for one's own machine, it has a name of its own and no such protection (RFC 6265bis §4.1.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response

HOST_COOKIE, LOCAL_COOKIE = "__Host-mydata-session", "mydata-session"
LONGEST = 4_096
"""Characters of a `Cookie` header that are read; browsers send no more in one cookie."""


def name_for(scheme: str) -> str:
    """The name of the cookie of a site with this scheme."""
    return HOST_COOKIE if scheme == "https" else LOCAL_COOKIE


def give(response: Response, token: str, seconds: int, scheme: str) -> None:
    """Set the cookie for so many seconds."""
    response.set_cookie(
        name_for(scheme), token, max_age=seconds, path="/", secure=scheme == "https", httponly=True, samesite="strict"
    )


def take_back(response: Response, scheme: str) -> None:
    """Delete the cookie."""
    give(response, "", 0, scheme)


def token_of(headers: Mapping[str, str], scheme: str, origin: str) -> str:
    """The token in the cookie of a request of our own pages, otherwise empty.

    A browser names the origin of a page that changes something (`Origin`), and says of every request whether its page
    has the origin of the address (`Sec-Fetch-Site`); scripts can set neither. A request without both is not counted.
    """
    is_ours = headers.get("origin", origin) == origin and headers.get("sec-fetch-site", "same-origin") == "same-origin"
    if not is_ours or not {"origin", "sec-fetch-site"}.intersection(headers):
        return ""
    try:
        cookies = SimpleCookie(headers.get("cookie", "")[:LONGEST])
    except CookieError:
        return ""
    morsel = cookies.get(name_for(scheme))
    return morsel.value if morsel else ""
