"""The second example, end to end: a journal on disk, the bundled tool server over stdio, the bundled site over HTTP."""

import json
import sys
from pathlib import Path

import pytest

from callsheet import RunStatus, Settings, open_system
from callsheet.lint.document import read_scenario
from callsheet.runs.events import StepPath
from callsheet.runs.state import RunState
from callsheet.scenario.json import is_object
from callsheet.scenario.source import Syntax
from examples.news.site_server import ARTICLE_TO_TRY, EARLIEST_SOURCE
from tests.examples.conftest import NEWS, PAGE_BYTES, PAGE_SECONDS

LOST_PAGE = "/evening-ledger/tide-gauge-scandal.html"


async def run(folder: Path, article: str) -> RunState:
    """A finished run of `earliest_source`."""
    server = {
        "command": sys.executable,
        "args": [str(NEWS / "server.py")],
        "env": {"NEWS_PAGE_SECONDS": PAGE_SECONDS, "NEWS_PAGE_BYTES": PAGE_BYTES},
    }
    mcp = folder / "mcp.json"
    mcp.write_text(json.dumps({"mcpServers": {"news": server}}), encoding="utf-8")
    settings = Settings(data=folder / "data", scenarios=NEWS / "scenarios", mcp=mcp)
    async with open_system(settings, {}) as system:
        run_id = (await system.runs.submit("earliest_source", {"url": article})).run_id
        async for _ in system.runs.follow(run_id):
            pass
        return await system.runs.state(run_id)


async def test_every_candidate_is_read_and_the_earliest_returned(site: str, tmp_path: Path) -> None:
    state = await run(tmp_path, site + ARTICLE_TO_TRY)
    assert state.status is RunStatus.SUCCESS, state.message
    assert is_object(state.output)
    assert (state.output["url"], state.output["published"]) == (site + EARLIEST_SOURCE, "2024-03-11")
    found = state.steps[StepPath("search")].output
    assert is_object(found)
    assert isinstance(found["candidates"], list)
    fetched = [path for path in state.steps if path.startswith("fetch_all[")]
    assert sorted(fetched) == sorted(f"fetch_all[{index}].fetch" for index in range(len(found["candidates"])))


async def test_an_article_that_is_not_there_ends_the_run_with_the_tools_own_words(site: str, tmp_path: Path) -> None:
    state = await run(tmp_path, site + LOST_PAGE)
    assert state.status is RunStatus.FAILED
    assert state.error is not None
    assert (state.error.code, state.error.step) == ("ToolError", "search")
    assert "404" in state.error.message


@pytest.mark.parametrize("name", ["news_source_discovery_v1.json", "earliest_source.yaml"])
def test_the_scenarios_of_the_example_are_clean(name: str) -> None:
    text = (NEWS / "scenarios" / name).read_bytes()
    assert read_scenario(text, Syntax(name.rpartition(".")[2])).diagnostics == ()
