"""What this process writes to the log and the terminal is without secrets: those that it knows, and what looks so.

The log writer and the sentences about errors go through here, as the last thing before they are written: so whatever a
message, an exception, its traceback or a value beside it holds, it is clean.
"""

import json
import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from callsheet.runs.redaction.redactor import NOTHING, Redactor
from callsheet.settings import Settings
from callsheet.storage import operator_environment

_CREDENTIALS: Final = re.compile(
    r"(?P<key>\bcs_[A-Za-z0-9]{4,}_)[A-Za-z0-9_-]{8,}"
    r"|(?P<token>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<session>\bcallsheet_session=)[^\s;\"'\\,]+"
    r"|(?P<cookie>\b(?:set-)?cookie[\"']?\s*:\s*[\"']?)[^\r\n\"'\\]+",
    re.IGNORECASE,
)
"""What shows who somebody is, whoever they are."""

_MARKS: Final = re.compile("cs_|bearer|basic|callsheet_session|cookie", re.IGNORECASE)

_known: Callable[[], Redactor] = lambda: NOTHING  # noqa: E731 - replaced while a command is at work
_found: Redactor = NOTHING


@contextmanager
def known_secrets_hidden(settings: Settings, environment: Mapping[str, str]) -> Generator[None]:
    """Take the operator's secrets, and those of the settings, out of all that is written from now on.

    Also after the block, when errors are told, until there are other settings.
    """
    global _known
    given, own = operator_environment(settings, environment), list(_of_settings(settings))
    kept: dict[frozenset[tuple[str, str]], Redactor] = {}
    seen: set[tuple[str, str]] = set(own)

    def known() -> Redactor:
        seen.update(given.secrets().items())  # what a secret was before a change is hidden as well
        pairs = frozenset(seen)
        if pairs not in kept:
            kept.clear()
            kept[pairs] = Redactor(sorted(pairs))
        return kept[pairs]

    _known = known
    yield


def hidden(text: str) -> str:
    """`text` without secrets."""
    return _without_credentials(_known().text(text))


def look_for_secrets() -> None:
    """Find out which secrets there are by now, for the lines that are written next.

    Looking may have something to tell, which the log does not take from whoever is writing a line of it.
    """
    global _found
    _found = _known()


def hidden_line(line: str) -> str:
    """A line of the log without the secrets that were there at the last look; one of JSON stays JSON."""
    redactor = _found
    if redactor and redactor.suspects(line):
        line = _json_line(line, redactor) if line.startswith("{") else redactor.text(line)
    return _without_credentials(line)


def _json_line(line: str, redactor: Redactor) -> str:
    try:
        return f"{json.dumps(redactor.json(json.loads(line)), ensure_ascii=False)}\n"
    except ValueError:
        return redactor.text(line)


def _without_credentials(text: str) -> str:
    if _MARKS.search(text) is None:
        return text
    return _CREDENTIALS.sub(lambda found: f"{found[found.lastgroup or 0]}[hidden]", text)


def _of_settings(settings: Settings) -> Generator[tuple[str, str]]:
    for name in type(settings).model_fields:
        value: object = getattr(settings, name)
        if isinstance(value, SecretStr):
            secret = value.get_secret_value()
            try:
                yield name, (urlsplit(secret).password or "") if name == "database_url" else secret
            except ValueError:
                yield name, secret
