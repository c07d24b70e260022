"""What an expression refers to: the paths that it follows from the roots.

Inside a projection, a filter, `&expression` or behind a pipe, names are fields of some value, not roots. The walk below
goes through the tree as an evaluation does and keeps, for each node, the path of the value it is evaluated on, or None
where that is not known. So every path that it gives is one that an evaluation may follow, and nothing else is claimed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from jmespath.lexer import Lexer

from callsheet.scenario.expressions import Expression

Path: TypeAlias = tuple[str, ...]
"""Names from a root on: `("steps", "search", "output")`."""

_BARE: Final = frozenset({"null", "true", "false"})


@dataclass(frozen=True, slots=True)
class _Walk:
    """One walk; `paths` is what it has found, each path once."""

    paths: dict[Path, None]

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
            case "projection" | "value_projection" | "filter_projection":
                self.value(children[0], current)
                for child in children[1:]:
                    self.value(child, None)
            case "expref":
                self.value(children[0], None)
            case "literal" | "index" | "slice":
                pass
            case _:  # functions, operators, multiselects: each child on the same value
                for child in children:
                    self.value(child, current)
        return None

    def _field(self, name: str, current: Path | None) -> Path | None:
        if current is None:
            return None
        path = (*current, name)
        self.paths[path] = None
        return path


def references(expression: Expression) -> Iterator[Path]:
    """Every path from the roots that evaluating `expression` may follow, each with all its beginnings.

    `steps.a.output` gives `("steps",)`, `("steps", "a")` and `("steps", "a", "output")`.
    """
    if expression.path is not None:
        yield from (expression.path[:length] for length in range(1, len(expression.path) + 1))
        return
    walk = _Walk({})
    walk.value(expression.ast, ())
    yield from walk.paths


def bare_literals(expression: Expression) -> Iterator[str]:
    """Every `null`, `true` or `false` that is written like a literal but is a field's name.

    A quoted name, the key of a multiselect and a name behind a dot can be meant as names only and are not given.
    """
    tokens = list(Lexer().tokenize(expression.source))
    for before, token, after in zip([None, *tokens], tokens, tokens[1:], strict=False):
        if token["type"] != "unquoted_identifier" or token["value"] not in _BARE:
            continue
        if after["type"] != "colon" and (before is None or before["type"] != "dot"):
            yield token["value"]
