"""A certified OpenID provider as a process, and people who sign in there by its own forms."""

import json
import re
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2

from callsheet.scenario.json import JsonObject
from tests.published.programs import NODE, NODE_MODULES

CLIENT_ID = "callsheet"
SECRET = "s+e c%ret: of the tests, at least 32 characters"
"""With characters that HTTP Basic carries only when they are encoded first."""

PEOPLE: Mapping[str, JsonObject] = {
    "ada": {"groups": ["staff", "operators"], "email": "ada@example.org"},
    "grace": {"groups": "admins"},
    "mallory": {"groups": ["visitors"]},
}
ROLES = ("staff=viewer", "operators=operator", "admins=admin")

CALLBACK = "http://127.0.0.1:8080/api/session/oidc/callback"

_PROGRAM = NODE_MODULES.parent / "openid_provider.mjs"
_FORM = re.compile(r'<form[^>]* action="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]+)"')
_ABORT = re.compile(r'<a href="([^"]+)">\[ Cancel \]')
_STEPS = 20


@contextmanager
def provider(*, in_id_token: bool = False) -> Generator[str]:
    """The issuer; it knows `PEOPLE`, and this service under any port of 127.0.0.1.

    Args:
        in_id_token: whether names and groups are in the ID token; else they are asked for, as the standard has it.
    """
    assert (NODE_MODULES / "oidc-provider").is_dir(), "oidc-provider is missing. `make published` installs it."
    words = json.dumps({"people": dict(PEOPLE), "inIdToken": in_id_token, "secret": SECRET})
    with subprocess.Popen(
        [NODE, _PROGRAM, words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            issuer = process.stdout.readline().strip()
            assert issuer, "the provider did not start"
            yield issuer
        finally:
            process.kill()


def signs_in(url: str, name: str, back: str = CALLBACK) -> dict[str, str]:
    """Go where the service leads, fill in what is asked; the query with which the browser would come back."""
    with httpx2.Client(timeout=30) as browser:
        response = browser.get(url)
        for _ in range(_STEPS):
            if response.is_redirect:
                target = urljoin(str(response.url), response.headers["location"])
                if target.startswith(back):
                    return dict(parse_qsl(urlsplit(target).query))
                response = browser.get(target)
                continue
            assert response.status_code == 200, response.text
            form = _FORM.search(response.text)
            assert form, response.text
            fields = dict(_HIDDEN.findall(response.text))
            if fields["prompt"] == "login":
                fields |= {"login": name, "password": "any"}
            response = browser.post(urljoin(str(response.url), unescape(form[1])), data=fields)
    raise AssertionError(f"no way back after {_STEPS} steps")


def refuses(url: str, back: str = CALLBACK) -> dict[str, str]:
    """Go there, and cancel."""
    with httpx2.Client(timeout=30) as browser:
        response = browser.get(url, follow_redirects=True)
        abort = _ABORT.search(response.text)
        assert abort, response.text
        target = urljoin(str(response.url), unescape(abort[1]))
        for _ in range(_STEPS):
            response = browser.get(target)
            target = urljoin(str(response.url), response.headers["location"])
            if target.startswith(back):
                return dict(parse_qsl(urlsplit(target).query))
    raise AssertionError(f"no way back after {_STEPS} steps")
