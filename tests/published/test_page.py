"""The page about the published servers names the versions that are installed."""

import json
import re

from tests.published.page import rows
from tests.support.service import ROOT

LOCKS = (
    ROOT / "requirements-dev.lock",
    ROOT / "tests/published/python/fetch.lock",
    ROOT / "tests/published/python/sqlite.lock",
)

OTHERS = {"oidc-provider"}
"""Programs beside them that are no MCP servers: an OpenID provider, which tests sign in through."""


def installed() -> set[tuple[str, str]]:
    """The published servers in the lock files, with their versions."""
    package = json.loads((ROOT / "tests/support/node/package.json").read_text(encoding="utf-8"))
    pinned = [re.findall(r"^(mcp-server-\S+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE) for lock in LOCKS]
    servers = {name: version for name, version in package["dependencies"].items() if name not in OTHERS}
    return {*servers.items(), *(entry for each in pinned for entry in each)}


def test_the_page_names_what_is_installed_and_nothing_else() -> None:
    assert {(row.package, row.version) for row in rows()} == installed()


def test_the_locks_of_the_servers_name_no_host() -> None:
    assert [lock.name for lock in LOCKS if "//" in lock.read_text(encoding="utf-8")] == []
