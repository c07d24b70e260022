"""What an expression refers to: the paths that it follows from the roots.

Inside a projection, a filter, `&expression` or behind a pipe, names are fields of some value, not roots. The walk below
goes through the tree as an evaluation does and keeps, for each node, the path of the value it is evaluated on, or None
where that is not known. So every path that it gives is one that an evaluation may follow, and nothing else is claimed.
`root()` is the roots wherever it stands: `xs[?id == root().input.id]` gives `("input", "id")`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from jmespath.lexer import Lexer

from callsheet.scenario.expressions import Expression

Path: TypeAlias = tuple[str, ...]
"""Names from a root on: `("steps", "search", "output")`."""

_BARE: Final = frozenset({"null", "true", "false"})
_PERHAPS_BARE: Final = re.compile(r"(?<![\w.`])(?:null|true|false)(?![\w`])")
"""Finds all that are bare, and others inside of texts: a tokenizer looks closer then."""


@dataclass(frozen=True, slots=True)
class References:
    """What one expression refers to.

    Attributes:
        paths: every path from the roots that evaluating it may follow, each with all its beginnings: `steps.a.output`
            gives `("steps",)`, `("steps", "a")` and `("steps", "a", "output")`.
        taken: those of them whose value is used as a whole; `steps.a.output` and `length(steps.a.output)` take only
            `("steps", "a", "output")`. The empty path is all roots at once.
    """

    paths: tuple[Path, ...]
    taken: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Walk:
    """One walk; each path is found once."""

    paths: dict[Path, None] = field(default_factory=dict[Path, None])
    taken: dict[Path, None] = field(default_factory=dict[Path, None])

    def whole(self, node: Any, current: Path | None) -> None:
        """Visit `node`, whose value is used as it is."""
        self._take(self.value(node, current))

    def value(self, node: Any, current: Path | None) -> Path | None:
        """The path of what `node` gives on the value at `current`; None when it is no plain member of the roots."""
        children: list[Any] = node["children"]
        match node["type"]:
            case "field":
                return self._field(node["value"], current)
            case "current" | "identity":
                return current
            case "subexpression" | "pipe" | "index_expression":
                for child in children:
                    current = self.value(child, current)
                return current
            case "projection" | "value_projection" | "filter_projection" | "flatten":
                self._parts(children, current)
            case "expref":
                self._parts([None, *children], None)
            case "index" | "slice":
                self._take(current)
            case "literal":
                pass
            case "function_expression" if node["value"] == "root":
                return ()
            case _:  # functions, operators, multiselects: each child on the same value
                for child in children:
                    self.whole(child, current)
        return None

    def _parts(self, children: list[Any], current: Path | None) -> None:
        """Visit what goes through a value, and then what is done with each of its parts."""
        if children[0] is not None:
            self.whole(children[0], current)
        for child in children[1:]:
            self.value(child, None)

    def _field(self, name: str, current: Path | None) -> Path | None:
        if current is None:
            return None
        path = (*current, name)
        self.paths[path] = None
        return path

    def _take(self, path: Path | None) -> None:
        if path is not None:
            self.taken[path] = None


def references(expression: Expression) -> References:
    """What `expression` refers to."""
    if (path := expression.path) is not None:
        paths = tuple(path[:length] for length in range(1, len(path) + 1))
        return References(paths=paths, taken=(path,))
    walk = _Walk()
    walk.whole(expression.ast, ())
    return References(paths=tuple(walk.paths), taken=tuple(walk.taken))


def bare_literals(expression: Expression) -> Iterator[str]:
    """Every `null`, `true` or `false` that is written like a literal but is a field's name.

    A quoted name, the key of a multiselect and a name behind a dot can be meant as names only and are not given.
    """
    if expression.path is not None and expression.path[0] not in _BARE:
        return
    if not _PERHAPS_BARE.search(expression.source):
        return
    tokens = list(Lexer().tokenize(expression.source))
    for before, token, after in zip([None, *tokens], tokens, tokens[1:], strict=False):
        if token["type"] != "unquoted_identifier" or token["value"] not in _BARE:
            continue
        if after["type"] != "colon" and (before is None or before["type"] != "dot"):
            yield token["value"]
