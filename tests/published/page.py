"""The table of `docs/published-servers.md`, which the tests hold against what is there."""

import re
from dataclasses import dataclass

from tests.support.service import ROOT

PAGE = ROOT / "docs" / "published-servers.md"

_ROW = re.compile(
    r"^\| `(?P<name>\w+)` \| `(?P<package>[^`]+)` \| (?P<version>\S+) \| (?P<protocol>\S+) \| (?P<tools>\d+ / \d+) \|",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One server, as the page describes it; `tools` is how many it has, and how many of them have an `outputSchema`."""

    name: str
    package: str
    version: str
    protocol: str
    tools: str


def rows() -> list[Row]:
    """The rows of the table."""
    found = [Row(**row.groupdict()) for row in _ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    assert found, f"There is no table in {PAGE.name}."
    return found
