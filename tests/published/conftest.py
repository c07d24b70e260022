"""One service with all published servers, each of which it starts when it is first used."""

import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.published.programs import chromium, servers
from tests.published.running import house
from tests.support.service import ROOT, Service, printing


@pytest.fixture(scope="session")
def site() -> Generator[str]:
    """The address of the bundled news site."""
    with printing(ROOT / "examples" / "news" / "site_server.py", "--port", "0") as address:
        yield address


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with one commit, and a note that is not in it."""
    git = shutil.which("git")
    assert git, "mcp-server-git needs the program git. Install it."
    folder = tmp_path_factory.mktemp("repository")
    for command in (
        ("init", "--quiet"),
        ("config", "user.name", "Ada"),
        ("config", "user.email", "ada@example.org"),
        ("commit", "--quiet", "--allow-empty", "--message", "Begin"),
    ):
        subprocess.run([git, *command], cwd=folder, check=True)
    (folder / "note.txt").write_text("The gauge read 211.\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the tool servers keep."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, folder: Path, repository: Path) -> Generator[Service]:
    """A service with all of them; when it ends, no process of theirs may be left."""
    with house(tmp_path_factory.mktemp("service") / "house", servers(folder, repository)) as running:
        yield running


@pytest.fixture
def browser() -> str:
    """Chromium, without which the tests of Playwright fail: they are asked for by name."""
    found = chromium()
    assert found, "Playwright's server drives Chromium, which is not here. Install it: Debian's package is chromium."
    return found
