"""What an author does not want to hear: `# callsheet: ignore[W220]` in YAML, `x-lint-ignore` in both syntaxes.

A comment on a line holds for what stands on that line; alone on its line, for the next line that is no comment; as
`ignore-file` before everything else, for the whole document. The key `x-lint-ignore` of the document or of a step holds
for all that is inside. Only warnings and advice can be ignored: an error keeps the scenario from running anyway, so to
ignore one is reported as an error itself.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

from ruamel.yaml.events import ScalarEvent

from callsheet.scenario.diagnostics import Diagnostic, Severity
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.objects import objects
from callsheet.scenario.positions import LineCounter
from callsheet.scenario.source import Syntax
from callsheet.scenario.yaml_events import quickest_events

KEY: Final = "x-lint-ignore"
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#[^\S\n]*callsheet:[^\S\n]*(ignore|ignore-file)\[([^\]\n]{0,400})\]")
_CODE: Final = re.compile(r"[EWI]\d{3}")

_Codes: TypeAlias = dict[int, set[str]]
"""The codes that are ignored on a line."""


@dataclass(slots=True)
class Ignores:
    """What is ignored where.

    Attributes:
        lines: the codes ignored on each line.
        inside: the codes ignored in each object, by its pointer; the empty pointer is the whole document.
        problems: what is wrong with the ignoring itself; those of comments have a line, the others a pointer.
    """

    lines: _Codes = field(default_factory=dict[int, set[str]])
    inside: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    problems: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic, which has its line, is not to be told."""
        if diagnostic.severity is Severity.ERROR:
            return False
        if diagnostic.code in self.lines.get(diagnostic.line, ()):
            return True
        around = diagnostic.pointer
        while around and diagnostic.code not in self.inside.get(around, ()):
            around = around.rpartition("/")[0]
        return diagnostic.code in self.inside.get(around, ())


def read_ignores(document: JsonObject, data: bytes, syntax: Syntax) -> Ignores:
    """What `document`, which `data` was decoded to, ignores. Never raises."""
    found = Ignores()
    if KEY.encode() in data:
        _read_keys(document, found)
    if syntax is Syntax.YAML and b"callsheet:" in data:
        _read_comments(data.decode("utf-8-sig", "replace"), found)
    return found


def _read_keys(document: JsonObject, ignores: Ignores) -> None:
    for pointer, node, _ in objects(document):
        if KEY not in node:
            continue
        at = f"{pointer}/{KEY}"
        codes = _codes(node[KEY])
        if codes is None:
            message = f"'{KEY}' takes a list of codes of warnings, such as W220."
            ignores.problems.append(Diagnostic(code="E100", pointer=at, message=message))
            continue
        ignores.inside.setdefault(pointer, set()).update(codes)
        ignores.problems.extend(_errors(codes, pointer=at))


def _codes(value: Json) -> list[str] | None:
    values = value if isinstance(value, list) else [value]
    codes = [each for each in values if isinstance(each, str) and _CODE.fullmatch(each)]
    return codes if len(codes) == len(values) else None


def _read_comments(text: str, ignores: Ignores) -> None:
    lines = text.split("\n")
    found = list(_comments(text))
    alone = {line for line, _, _, is_alone in found if is_alone}
    following = _following(lines)
    first = next((number for number, line in enumerate(lines, 1) if line.strip() and not _is_comment(line)), 0)
    for line, kind, codes, _ in found:
        ignores.problems.extend(_errors(codes, line=line, column=lines[line - 1].index("#") + 1))
        if kind == "ignore-file":
            if line < first:
                ignores.inside.setdefault("", set()).update(codes)
            continue
        target = following[line] if line in alone else line
        ignores.lines.setdefault(target, set()).update(codes)


def _comments(text: str) -> Iterator[tuple[int, str, list[str], bool]]:
    """The line, kind and codes of each comment for us, and whether it is alone on its line."""
    spans = _texts(text)
    ends, counter = [end for _, end in spans], LineCounter(text)
    for match in _COMMENT.finditer(text):
        number = bisect_right(ends, match.start())  # of the first text that ends behind it
        if number < len(spans) and spans[number][0] <= match.start():
            continue
        line, column = counter.position(match.start())
        codes = [code.strip() for code in match[2].split(",")]
        yield line, match[1], codes, not text[match.start() - column + 1 : match.start()].strip()


def _texts(text: str) -> list[tuple[int, int]]:
    """Where the quoted and block texts that hold a `#` stand, in order: what is in them is no comment."""
    scalars = (cast("Any", event) for event in quickest_events(text) if isinstance(event, ScalarEvent))
    return [(each.start_mark.index, each.end_mark.index) for each in scalars if "#" in each.value]


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _following(lines: list[str]) -> list[int]:
    """By its number, of each line itself, or of a comment the line after it and those below it; the last one of all."""
    found = [len(lines)] * (len(lines) + 1)
    for number in range(len(lines) - 1, 0, -1):
        found[number] = found[number + 1] if _is_comment(lines[number - 1]) else number
    return found


def _errors(codes: Iterable[str], *, pointer: str = "", line: int = 0, column: int = 0) -> Iterator[Diagnostic]:
    for code in dict.fromkeys(codes):
        if code.startswith("E"):
            yield Diagnostic(
                code="E100",
                pointer=pointer,
                message=f"The error {code} cannot be ignored; only warnings and advice can.",
                hint="Correct what it says, and remove this.",
                line=line,
                column=column,
            )
