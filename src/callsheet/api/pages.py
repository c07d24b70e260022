"""Pages that the API itself answers with, for a browser that comes from elsewhere: no script, no stranger's words."""

from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import quote

from starlette.responses import HTMLResponse

from callsheet.api.errors import headers_of, status_of
from callsheet.errors.kinds import CallsheetError

SIGN_IN: Final = "/sign-in"
"""The web UI's page."""

HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    # The address of such a page may have a code of the provider's in it.
    "Referrer-Policy": "no-referrer",
}

_MAX_PATH: Final = 2_000
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{more}<title>{title} · Callsheet</title>
<style>body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem }}</style>
<h1>{title}</h1>
<p>{text}</p>
<p><a href="{link}">{label}</a></p>
</html>
"""


def going_on(path: str) -> HTMLResponse:
    """A page that goes on to `path` at once.

    It is a page and no redirect: a cookie with `SameSite=Strict` is not sent along a chain of redirects that began at
    another site, so whoever comes from the provider would look as if they had not signed in.
    """
    address = escape(quote(path, safe="/?&=:;,@!$'()*+~-._%#"))
    more = f'<meta http-equiv="refresh" content="0; url={address}">\n'
    text = "You have signed in."
    return HTMLResponse(
        _PAGE.format(more=more, title="Signed in", text=text, link=address, label="Go on"), headers=HEADERS
    )


def refused(error: CallsheetError) -> HTMLResponse:
    """A page that says why a sign-in did not work, with the status of `error`."""
    status = status_of(error)
    page = _PAGE.format(
        more="", title="Not signed in", text=escape(error.message), link=SIGN_IN, label="Back to the sign-in"
    )
    return HTMLResponse(page, status, headers={**HEADERS, **headers_of(error)})


def local_path(wish: str) -> str:
    r"""`wish` where it is the path of one of our pages; else that of the first page.

    Browsers take `//host`, `/\\host` and a `/` that tabs or line breaks follow for another host; the addresses under
    `/api/` are no pages, and one of them would begin the sign-in again.
    """
    fits = wish.startswith("/") and not wish.startswith(("//", "/api/")) and len(wish) <= _MAX_PATH
    return wish if fits and wish.isprintable() and "\\" not in wish else "/"
