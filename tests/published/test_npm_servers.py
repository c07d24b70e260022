"""The servers from npm that keep something: files, a graph of knowledge, a train of thought."""

from pathlib import Path

import pytest

from tests.published.running import run
from tests.support.service import Service

pytestmark = pytest.mark.timeout(120)


def test_filesystem_writes_corrects_reads_and_lists_and_stays_in_its_folder(service: Service, folder: Path) -> None:
    ended = run(service, "files", folder=str(folder))

    assert ended.output["read"] == "tuesday: the gauge was moved.\n"
    assert sorted(ended.output["list"].splitlines()) == ["[FILE] monday.txt", "[FILE] tuesday.txt"]
    assert ended.output["outside"] == "ToolError"
    assert "outside allowed directories" in ended.error("outside")["message"]
    assert (folder / "log" / "monday.txt").read_text(encoding="utf-8") == "monday: the gauge reads low.\n"
    assert (folder / "log" / "tuesday.txt").read_text(encoding="utf-8") == ended.output["read"]


def test_memory_finds_what_was_observed_and_how_it_belongs_together(service: Service, folder: Path) -> None:
    output = run(service, "memory").output

    assert output["found"] == ["Maren Oldway"]
    assert output["observations"] == ["kept the engines of the island ferry", "wrote down 941 readings"]
    assert output["relations"] == [{"from": "Maren Oldway", "to": "Skerry Point gauge", "relationType": "measured"}]
    assert "941 readings" in (folder / "memory.jsonl").read_text(encoding="utf-8")


def test_sequential_thinking_goes_on_from_the_thought_before(service: Service) -> None:
    output = run(service, "thinking").output

    assert [(thought["thoughtNumber"], thought["nextThoughtNeeded"]) for thought in output] == [(1, True), (2, False)]
    assert output[1]["thoughtHistoryLength"] == output[0]["thoughtHistoryLength"] + 1
