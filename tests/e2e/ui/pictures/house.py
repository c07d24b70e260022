"""The newsroom of the pictures: a folder with scenarios, schedules, tool servers and a journal, always the same."""

import shutil
import sys
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import anyio
import orjson

from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.lint.document import read_scenario
from callsheet.scenario.json import JsonObject
from callsheet.scenario.source import Syntax
from tests.e2e.ui.pictures.tales import tales
from tests.support.service import ROOT, Service, program

HERE = Path(__file__).parent
STANDSTILL = HERE / "standstill.py"


@contextmanager
def newsroom(folder: Path, python: str | Path = sys.executable) -> Generator[Service]:
    """Its service, which stands still.

    Args:
        folder: where it will be.
        python: of the environment whose Callsheet is pictured.
    """
    _furnish(folder)
    service = Service(folder, command=(python, STANDSTILL))
    try:
        service.start()
        with service.client() as client:
            client.get("/api/tools").raise_for_status()  # both servers start, and the checker knows their tools
        yield service
    finally:
        service.close()


def _furnish(folder: Path) -> None:
    shutil.copytree(HERE / "house", folder)
    servers = {
        "desk": program(folder / "desk.py"),
        "news": program(ROOT / "examples" / "news" / "server.py", env={"NEWS_PROVIDER": "site"}),
    }
    (folder / "mcp.json").write_bytes(orjson.dumps({"mcpServers": servers}))
    (folder / ".callsheet").mkdir()
    with ThreadPoolExecutor(1) as thread:  # Playwright's own loop may run in this one
        thread.submit(anyio.run, _write_journal, folder / ".callsheet" / "journal.db", _documents(folder)).result()


def _documents(folder: Path) -> dict[str, JsonObject]:
    found = [read_scenario(path.read_bytes(), Syntax.YAML).document for path in _scenarios(folder)]
    return {str(document["scenario_id"]): document for document in found if document is not None}


def _scenarios(folder: Path) -> Sequence[Path]:
    return [path for path in sorted((folder / "scenarios").iterdir()) if path.suffixes == [".yaml"]]


async def _write_journal(path: Path, documents: dict[str, JsonObject]) -> None:
    async with SqliteJournal.open(path) as journal:
        for tale in tales(documents):
            await tale.write(journal)
