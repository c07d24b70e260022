"""The log on standard error."""

import json
import logging
import sys

import pytest
from loguru import logger
from pydantic import TypeAdapter

from callsheet.cli.logs import logs_on_stderr


def test_a_line_is_json_where_nobody_reads_and_foreign_text_cannot_forge_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with logs_on_stderr("INFO"):
        logger.info("The server says {}", "line one\nERROR forged {braces} \x1b[2J")
        logger.debug("nobody asked")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["record"]["message"] == "The server says line one ERROR forged {braces} \\x1b[2J"


def test_a_terminal_gets_short_lines_without_control_characters(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    secret = "\x1b[31mhush"
    with logs_on_stderr("INFO"):
        try:
            raise ValueError("bad \x1b[31m")
        except ValueError:
            logger.exception("It failed, as {}", "expected")
    text = capsys.readouterr().err
    assert "ERROR   It failed, as expected" in text
    assert "bad \\x1b[31m" in text
    assert "\x1b" not in text
    assert secret not in text
    assert "hush" not in text.replace('secret = "\\x1b[31mhush"', "")


@pytest.mark.parametrize(
    ("form", "terminal", "is_json"), [("json", True, True), ("text", False, False), ("auto", True, False)]
)
def test_the_form_of_a_line_can_be_chosen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, form: str, terminal: bool, is_json: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with logs_on_stderr("INFO", form):
        logger.info("Hello")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("{") is is_json
    assert "Hello" in line


def test_what_libraries_warn_about_is_logged_too(capsys: pytest.CaptureFixture[str]) -> None:
    with logs_on_stderr("INFO"):
        logging.getLogger("some.library").warning("watch out for %s", "{this}")
        logging.getLogger("some.library").info("chatter")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["record"]["message"] == "some.library: watch out for {this}"


@pytest.mark.parametrize(("level", "lines"), [("WARNING", 1), ("DEBUG", 2)])
def test_what_the_driver_warns_of_is_for_developers(capsys: pytest.CaptureFixture[str], level: str, lines: int) -> None:
    with logs_on_stderr(level):
        logging.getLogger("psycopg").warning("query cancellation interrupted")
        logging.getLogger("psycopg").error("the worst")
    assert len(capsys.readouterr().err.splitlines()) == lines


def test_a_message_that_a_library_cannot_read_is_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    with logs_on_stderr("INFO"):
        for read in (TypeAdapter(int).validate_python, int):
            try:
                read("hush")
            except ValueError:
                logging.getLogger("mcp.client.session").warning("Failed to validate", exc_info=True)
    quoted, told = capsys.readouterr().err.splitlines()
    assert "Failed to validate" in quoted
    assert "hush" not in quoted
    assert "hush" in told


def test_after_the_block_nothing_is_logged_any_more(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers.copy()
    with logs_on_stderr("INFO"):
        pass
    logger.error("too late")
    assert capsys.readouterr().err == ""
    assert logging.getLogger().handlers == before
