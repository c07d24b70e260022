"""`callsheet worker`, and `callsheet serve` without one: what they need."""

from pathlib import Path

import pytest

from callsheet.cli.root import run_command_line


@pytest.mark.parametrize("command", [["worker"], ["serve", "--no-worker", "--port", "0"]])
def test_without_a_database_it_says_what_to_set(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line([*command, "--folder", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Error: The setting 'database_url' is not set (postgresql://user@host/database)")


def test_a_database_out_of_reach_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = 'database_url = "postgresql://nobody@127.0.0.1:1/nothing"'
    (tmp_path / "callsheet.toml").write_text(settings, encoding="utf-8")
    assert run_command_line(["worker", "--folder", str(tmp_path)]) == 1
    assert "Traceback" not in capsys.readouterr().err
