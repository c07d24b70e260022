r"""What compiling the patterns of a schema may cost.

Matching takes linear time: the engine has neither look-around nor backreferences. Compiling does not: `\p{L}{90}` takes
40 ms, a thousand of them most of a minute. So patterns are weighed first, in microseconds or less, as measured with
jsonschema-rs 0.60: repetitions are unrolled, classes are automata of their own, and each `\s` copies the whole pattern.
"""

import re
from collections.abc import Iterator
from typing import Final

from callsheet.scenario.schema_graph import SchemaGraph

MAX_WEIGHT: Final = 100_000
MAX_LENGTH: Final = 5_000
"""Characters of one pattern."""

_PIECE: Final = re.compile(
    r"\\[pP](?:\{[^}]*\}|.)"
    r"|\\."
    r"|\[\^?\]?(?:\\.|[^\]\\])*\]"
    r"|\{(?P<least>\d+)(?P<more>,)?(?P<most>\d*)\}"
    r"|.",
    re.DOTALL,
)
_PROPERTY: Final = 500
_CLASS: Final = 8
_CHARACTER: Final = 2
_REWRITTEN: Final = 4
_MAX_REPEAT: Final = 10**6


def patterns_of(graph: SchemaGraph) -> Iterator[str]:
    """Every pattern that the schema compiles."""
    for node in graph.nodes:
        pattern, named = node.keywords.get("pattern"), node.keywords.get("patternProperties")
        if isinstance(pattern, str):
            yield pattern
        if isinstance(named, dict):
            yield from named


def weight(pattern: str) -> int:
    """About how many microseconds compiling `pattern` takes; it need not be a pattern."""
    if len(pattern) > MAX_LENGTH:
        return MAX_WEIGHT + 1
    groups, last = [1], 0
    rewritten = 0
    for piece in _PIECE.finditer(pattern):
        text = piece[0]
        if piece["least"] is not None:
            times = min(
                int(piece["most"] or piece["least"]) + (1 if piece["more"] and not piece["most"] else 0), _MAX_REPEAT
            )
            groups[-1] += last * max(times - 1, 0)
            last *= times
        elif text == "(":
            groups.append(1)
        elif text == ")":
            last = groups.pop() if len(groups) > 1 else 1
            groups[-1] += last
        elif text not in {"*", "+", "?"}:
            last = _weight_of(text)
            rewritten += text[0] == "\\" and text[1:2].isalpha()
            groups[-1] += last
    return sum(groups) + _REWRITTEN * rewritten**2


def _weight_of(piece: str) -> int:
    properties = piece.count("\\p") + piece.count("\\P")
    if properties:
        return _PROPERTY * properties
    return _CLASS + len(piece) // 4 if piece[0] in ".[\\" else _CHARACTER
