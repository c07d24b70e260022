"""Diagnostics as GitHub's workflow commands, which annotate the lines of a pull request.

See https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands, "Setting an error message".
"""

from collections.abc import Iterator, Sequence
from typing import Final

from callsheet.cli.reports.checked import Checked, full_message
from callsheet.cli.text import one_line
from callsheet.scenario.diagnostics import Diagnostic, Severity

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github_lines(checked: Sequence[Checked]) -> Iterator[str]:
    """A command for each diagnostic."""
    for each in checked:
        for diagnostic in each.diagnostics:
            yield _command(each.file, diagnostic)


def _command(file: str, diagnostic: Diagnostic) -> str:
    place = [("line", diagnostic.line), ("col", diagnostic.column)] if diagnostic.line else []
    properties = [("file", file), *place, ("title", diagnostic.code)]
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties)
    return f"::{_COMMANDS[diagnostic.severity]} {written}::{_data(full_message(diagnostic))}"


def _data(text: str) -> str:
    """As GitHub's own toolkit escapes a message; other control characters are shown."""
    return one_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
