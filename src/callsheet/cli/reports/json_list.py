"""Diagnostics for programs: one list."""

from collections.abc import Sequence

from callsheet.cli.reports.checked import Checked
from callsheet.scenario.json import Json


def json_list(checked: Sequence[Checked]) -> Json:
    """`[{file, code, severity, pointer, line, column, message, hint}]`; line and column count from 1, 0 is unknown."""
    return [
        {
            "file": each.file,
            "code": diagnostic.code,
            "severity": diagnostic.severity.value,
            "pointer": diagnostic.pointer,
            "line": diagnostic.line,
            "column": diagnostic.column,
            "message": diagnostic.message,
            "hint": diagnostic.hint,
        }
        for each in checked
        for diagnostic in each.diagnostics
    ]
