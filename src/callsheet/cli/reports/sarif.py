"""Diagnostics as SARIF 2.1.0 (OASIS), which code scanners read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from callsheet import __version__
from callsheet.cli.reports.checked import Checked, full_message
from callsheet.cli.text import visible
from callsheet.scenario.diagnostics import Diagnostic, Severity
from callsheet.scenario.json import Json, JsonObject

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif_log(checked: Sequence[Checked]) -> JsonObject:
    """One run with a rule for each code that was found."""
    found = [(each.file, diagnostic) for each in checked for diagnostic in each.diagnostics]
    severities = {diagnostic.code: diagnostic.severity for _, diagnostic in found}
    codes = sorted(severities)
    rules: list[Json] = [_rule(code, severities[code]) for code in codes]
    results: list[Json] = [_result(file, diagnostic, codes.index(diagnostic.code)) for file, diagnostic in found]
    driver: JsonObject = {"name": "callsheet", "version": __version__, "rules": rules}
    run: JsonObject = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"version": "2.1.0", "runs": [run]}


def _rule(code: str, severity: Severity) -> JsonObject:
    return {
        "id": code,
        "shortDescription": {"text": f"{code}: see docs/linting.md of Callsheet."},
        "defaultConfiguration": {"level": _LEVELS[severity]},
    }


def _result(file: str, diagnostic: Diagnostic, rule: int) -> JsonObject:
    location: JsonObject = {"artifactLocation": {"uri": _uri(file)}}
    if diagnostic.line:
        location["region"] = {"startLine": diagnostic.line, "startColumn": max(1, diagnostic.column)}
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": visible(full_message(diagnostic))},
        "locations": [
            {
                "physicalLocation": location,
                "logicalLocations": [{"fullyQualifiedName": visible(diagnostic.pointer or "/")}],
            }
        ],
    }


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
