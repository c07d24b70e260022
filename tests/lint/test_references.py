"""Which paths from the roots an expression may follow."""

import pytest

from callsheet.lint.references import Path, references
from callsheet.scenario.expressions import parse_expression


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("xs[?id == root().input.id]", [("xs",), ("input",), ("input", "id")]),
        ("map(&{a: x, b: root().vars.b}, input.xs)", [("vars",), ("vars", "b"), ("input",), ("input", "xs")]),
        ("input | root().steps.a", [("input",), ("steps",), ("steps", "a")]),
        ("root().input[?a == root().vars.a]", [("input",), ("vars",), ("vars", "a")]),
        ("root()", []),
        ("input.root", [("input",), ("input", "root")]),
    ],
)
def test_root_is_the_roots_wherever_it_stands(source: str, paths: list[Path]) -> None:
    assert list(references(parse_expression(source)).paths) == paths
