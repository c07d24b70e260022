"""What `/` says where the UI was not built. Everything else works without it."""

from typing import Final

from callsheet.web.build import BuiltFile

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Callsheet</title>
<style>body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem }</style>
<h1>Callsheet runs here, without its web UI</h1>
<p>This installation was made without it. In a checkout, <code>make ui</code> builds it; elsewhere, install Callsheet
again without <code>CALLSHEET_UI=skip</code>. Then start the service again.</p>
<p>The API is described at <a href="/docs">/docs</a>. In a terminal, <code>callsheet --help</code> says
what there is.</p>
</html>
"""

MISSING: Final = BuiltFile(
    name="missing.html",
    body=_PAGE.encode(),
    media_type="text/html; charset=utf-8",
    etag='W/"no-ui"',
    immutable=False,
    shrinks=False,
)
