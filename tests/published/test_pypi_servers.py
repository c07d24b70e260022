"""The servers from PyPI: time zones, a git repository, web pages, a database."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.published.running import run
from tests.support.service import Service

pytestmark = pytest.mark.timeout(120)


def test_time_converts_and_refuses_a_zone_that_there_is_not(service: Service) -> None:
    ended = run(service, "time")

    assert ended.output["now"] == "UTC"
    assert ended.output["target"].endswith("T08:30:00+05:30")
    assert ended.output["difference"] == "-3.5h"
    assert ended.error("nowhere")["code"] == "ToolError"
    assert "Mars/Olympus" in ended.error("nowhere")["message"]


def test_git_commits_a_note(service: Service, repository: Path) -> None:
    output = run(service, "git", repo=str(repository)).output

    assert "Untracked files:" in output["before"]
    assert "nothing to commit, working tree clean" in output["after"]
    assert "Message: Say what the gauge read" in output["log"]
    assert "+The gauge read 211." in output["show"]
    told = subprocess.run(
        ["git", "log", "--format=%an: %s"], cwd=repository, check=True, capture_output=True, text=True
    )
    assert told.stdout.splitlines() == ["Ada: Say what the gauge read", "Ada: Begin"]


def test_fetch_reads_an_article_of_the_news_site(service: Service, site: str) -> None:
    ended = run(service, "fetch", site=site)

    assert "By Isla Brennock" in ended.output["article"]
    assert "eleven centimetres too low" in ended.output["article"]
    assert "<p>" not in ended.output["article"]
    assert "<title>The Coast Newsstand</title>" in ended.output["raw"]
    assert ended.error("missing")["code"] == "ToolError"
    assert "status code 404" in ended.error("missing")["message"]


def test_sqlite_selects_what_was_inserted(service: Service, folder: Path) -> None:
    output = run(service, "sqlite").output

    assert output["insert"] == "[{'affected_rows': 2}]"
    assert output["tables"] == "[{'name': 'readings'}]"
    assert output["select"] == "[{'day': 'tuesday'}]"
    assert output["wrong"].startswith("Database error: ")
    with closing(sqlite3.connect(folder / "readings.db")) as database:
        assert database.execute("SELECT * FROM readings").fetchall() == [("monday", 211), ("tuesday", 222)]
