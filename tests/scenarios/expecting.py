"""What a broken document of the corpus expects of the linter, and what the linter says.

A YAML document says it in comments, `# expect: E131 /steps/1/input/url/from 14` (code, pointer, line; `-` is the
pointer of the whole document), and any other text in a file beside it with the suffix `.expected`, one line each.
`# expect: nothing` is for what must not be complained of. `# context: tools, drift, scenarios` gives the linter the
tools of `signatures.json`, the drift from what that calls `locked`, and the documents in `children/`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from callsheet.lint.context import LintContext
from callsheet.lint.document import read_scenario
from callsheet.lint.drift import drift
from callsheet.lint.signatures import Signatures, ToolSignature
from callsheet.scenario.model import Scenario
from callsheet.scenario.source import Syntax
from tests.scenarios.performing import CHILDREN, FOLDER, syntax_of

Found = tuple[str, str, int]
"""Code, pointer and line of a diagnostic."""

_LINE: Final = re.compile(r"(?:^# expect: |^)([EWI]\d{3}) (\S.*) (\d+)$", re.MULTILINE)
_CONTEXT: Final = re.compile(r"^# context: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A text, what is known around it, and what is expected."""

    name: str
    text: bytes
    syntax: Syntax
    context: LintContext
    expected: list[Found]

    def found(self) -> list[Found]:
        """What the linter says, sorted."""
        diagnostics = read_scenario(self.text, self.syntax, self.context).diagnostics
        return sorted((each.code, each.pointer or "-", each.line) for each in diagnostics)


def case_of(path: Path) -> Case:
    """The case in a file."""
    text = path.read_bytes()
    beside = path.with_name(f"{path.name}.expected")
    notes = (beside.read_bytes() if beside.exists() else text).decode(errors="replace")
    names = _CONTEXT.search(notes)
    found = [(code, pointer, int(line)) for code, pointer, line in _LINE.findall(notes)]
    assert found or "expect: nothing" in notes, f"{path.name} says nothing of what it expects"
    return Case(
        name=path.name,
        text=text,
        syntax=syntax_of(path),
        context=_context(set() if names is None else {each.strip() for each in names[1].split(",")}),
        expected=sorted(found),
    )


def _context(names: set[str]) -> LintContext:
    described = orjson.loads((FOLDER / "signatures.json").read_bytes())
    live, locked = _signatures(described["signatures"]), _signatures(described["locked"])
    uses = [(each.server, each.name) for each in locked]
    return LintContext(
        signatures=live if "tools" in names else None,
        drifts=drift(locked, live, uses) if "drift" in names else (),
        scenarios=_children() if "scenarios" in names else None,
    )


def _signatures(described: list[dict[str, Any]]) -> Signatures:
    return Signatures(ToolSignature(**each) for each in described)


def _children() -> dict[str, Scenario]:
    read = (read_scenario(path.read_bytes(), syntax_of(path)).scenario for path in CHILDREN)
    return {scenario.scenario_id: scenario for scenario in read if scenario is not None}
