"""Pages that are one HTML file for each language, without scripts: `NAME.en.html` and `NAME.ko.html` in web/pages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from mydata_ledger.api.error_sentences import preferred_language
from mydata_ledger.scripts.pages.files import file_response
from mydata_ledger.scripts.paths import WEB

FOLDER = WEB / "pages"
LANGUAGES = ("en", "ko")
PARAMETER = "language"
"""The query parameter with which a page is opened in another language than the browser's."""


def language_of(request: Request) -> str:
    """`ko` or `en`: what the address names, else what the browser prefers, else English."""
    named = request.query_params.get(PARAMETER, "")
    return named if named in LANGUAGES else preferred_language(request.headers.get("accept-language", "")) or "en"


def page_in_language(request: Request, name: str, suffix: str = "html") -> Response:
    """The response with the file of a page in the language of the request."""
    language = language_of(request)
    path = FOLDER / f"{name}.{language}.{suffix}"
    return file_response(request.headers, path, content_language=language, vary="accept-language")
