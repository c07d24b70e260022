"""Diagnostics for people, as compilers write them: place, code, message, hint, and the line with a caret."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.text import Text

from callsheet.cli.reports.checked import SEVERITIES, Checked
from callsheet.cli.screen import foreign, output
from callsheet.cli.text import visible
from callsheet.scenario.diagnostics import Diagnostic, Severity

STYLES: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_NAMES: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "suggestion"}
_BEFORE: Final = 60
_SHOWN: Final = 110
"""Characters of a long line before the place, and in all."""


def show(checked: Sequence[Checked]) -> None:
    """Write everything to standard output, the counts last; colours on a terminal only."""
    console = output()
    for each in checked:
        lines = each.text.split("\n")
        for diagnostic in each.diagnostics:
            for line in _diagnostic(each.file, diagnostic, lines):
                console.print(line, soft_wrap=True)
    console.print(summary(checked), soft_wrap=True)


def summary(checked: Sequence[Checked]) -> str:
    """How much was found, in one sentence."""
    counts = Counter(diagnostic.severity for each in checked for diagnostic in each.diagnostics)
    files = _counted(len(checked), "file")
    found = [_counted(counts[severity], _NAMES[severity]) for severity in SEVERITIES if counts[severity]]
    if not found:
        return f"Nothing to say about {files}."
    return f"{' and '.join([', '.join(found[:-1]), found[-1]] if found[:-1] else found)} in {files}."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _diagnostic(file: str, diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Text]:
    style = STYLES[diagnostic.severity]
    place = f":{diagnostic.line}:{diagnostic.column}" if diagnostic.line else ""
    yield Text.assemble(
        foreign(f"{file}{place}:", "bold"), " ", (diagnostic.code, style), " ", foreign(diagnostic.message)
    )
    if 0 < diagnostic.line <= len(lines):
        yield from _excerpt(lines[diagnostic.line - 1].rstrip("\r"), diagnostic, style)
    if diagnostic.hint:
        yield Text.assemble("    ", foreign(diagnostic.hint, "dim"))


def _excerpt(line: str, diagnostic: Diagnostic, style: str) -> Iterator[Text]:
    """The line, shortened around the place, and a caret below the place."""
    column = min(max(diagnostic.column - 1, 0), len(line))
    start = max(0, column - _BEFORE) if len(line) > _SHOWN else len(line) - len(line.lstrip(" "))
    start = min(start, column)
    before, after = (_shown(part) for part in (line[start:column], line[column : start + _SHOWN]))
    if not (before + after).strip():
        return
    lead = "…" if start and len(line) > _SHOWN else ""
    tail = "…" if start + _SHOWN < len(line) else ""
    yield Text.assemble((f"{diagnostic.line:>5} | ", "dim"), f"{lead}{before}{after}{tail}")
    yield Text.assemble(("      | ", "dim"), " " * cell_len(lead + before), ("^", style))


def _shown(text: str) -> str:
    return visible(text.replace("\t", "    "))
