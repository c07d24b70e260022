"""The log on standard error. The core does not configure one; events are its output."""

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from loguru import logger
from pydantic import ValidationError

from callsheet.api.observing import request_fields
from callsheet.cli.redaction import hidden_line, look_for_secrets
from callsheet.cli.text import one_line, visible
from callsheet.telemetry.log_fields import run_fields

if TYPE_CHECKING:
    from loguru import Record

_FORMAT: Final = "{time:HH:mm:ss.SSS} {level: <7} {message}"
_LIBRARIES: Final = "WARNING"
"""What libraries say below this is for their developers."""

_TALKATIVE: Final = "psycopg"
"""It warns of every question whose asker left, such as a browser; what matters of it comes as an error of ours."""


@contextmanager
def logs_on_stderr(level: str, form: str = "auto") -> Generator[None]:
    """Log from `level` upwards until the block ends.

    Nothing of a variable's value gets in (`diagnose`), and no foreign text can forge a line or move the cursor.

    Args:
        level: the least that is written.
        form: `json` lines, short lines of `text`, or `auto`: text where a person reads, else JSON.
    """
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    logger.remove()
    logger.configure(patcher=_prepare)
    handler = logger.add(
        partial(_write, as_json),
        level=level,
        format=_FORMAT,
        serialize=as_json,
        diagnose=False,
        backtrace=False,
        enqueue=False,
        colorize=False,
    )
    intercept = _Intercept(level if level == "DEBUG" else _LIBRARIES)
    root = logging.getLogger()
    before = root.level
    root.addHandler(intercept)
    root.setLevel(intercept.level)
    try:
        yield
    finally:
        root.removeHandler(intercept)
        root.setLevel(before)
        logger.remove(handler)


def _write(as_json: bool, line: str) -> None:
    line = hidden_line(line)
    # Looked up each time: the live view puts itself in between while it is on the screen.
    sys.stderr.write(line if as_json else visible(line))
    sys.stderr.flush()


def _prepare(record: "Record") -> None:
    """Before anybody sees a record: what a line says itself wins over what is known around it."""
    look_for_secrets()
    record["message"] = one_line(record["message"])
    record["extra"] = {**request_fields(), **run_fields(), **record["extra"]}


class _Intercept(logging.Handler):
    """Passes on what libraries log with the standard library."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log it here; its text is a value, never a format."""
        if record.name == _TALKATIVE and record.levelno < logging.ERROR and self.level > logging.DEBUG:
            return
        known = record.levelname in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
        level = record.levelname if known else record.levelno
        # What pydantic says of a tool server's message quotes it, with whatever secrets it holds.
        quotes = record.exc_info is not None and isinstance(record.exc_info[1], ValidationError)
        logger.opt(exception=None if quotes else record.exc_info).log(level, "{}: {}", record.name, record.getMessage())
