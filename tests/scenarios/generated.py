"""Broken documents that would be too large for a file, made here."""

from callsheet.lint.context import ALONE
from callsheet.scenario.source import Syntax
from tests.scenarios.expecting import Case, Found

_HEAD = 'schema_version: "1"\nscenario_id: large\nname: Large\n'
_JSON = '{"schema_version": "1", "scenario_id": "large", "name": "Large", '
_STEP = '{"name": "a", "type": "transform", "output": %s}'


def generated() -> list[Case]:
    """The cases."""
    steps = "".join(f"  - {{name: s{number}, type: transform, output: 1}}\n" for number in range(201))
    around = "".join(f"{'  ' * (2 * depth + 1)}- name: b{depth}\n{_block(depth)}" for depth in range(40))
    return [
        _case("E100_too_large.yaml", f"{_HEAD}# {'x' * 2**18}\nsteps: []\n", [("E100", "-", 1)]),
        _case("E100_too_large.json", f'{_JSON}"description": "{"x" * 2**18}"}}', [("E100", "-", 1)]),
        _case("E100_too_deep.yaml", f"{_HEAD}vars: {{a: {'[' * 70}{']' * 70}}}\n", [("E100", "-", 4)]),
        _case("E100_too_deep.json", f'{_JSON}\n"vars": {{"a": {"[" * 70}{"]" * 70}}}}}', [("E100", _DEEPEST, 2)]),
        _case("E100_too_many_values.json", f'{_JSON}\n"vars": {{"a": [{"1," * 100_000}1]}}}}', [("E100", "-", 1)]),
        _case("E143_201_steps.yaml", f"{_HEAD}steps:\n{steps}", [("E143", "/steps", 4)]),
        _case("E143_201_steps_inside.yaml", _inside(201), [("E143", "/steps", 4)]),
        _case("E100_deep_blocks.yaml", f"{_HEAD}steps:\n{around}", [("E100", "-", 98)]),
        _case(
            "E111_too_long.json", f'{_JSON}\n"steps": [\n{_STEP % _long()}]}}', [("E111", "/steps/0/output/from", 3)]
        ),
    ]


_DEEPEST = "/vars/a" + "/0" * 63


def _case(name: str, text: str, expected: list[Found]) -> Case:
    syntax = Syntax.JSON if name.endswith(".json") else Syntax.YAML
    return Case(name=name, text=text.encode(), syntax=syntax, context=ALONE, expected=expected)


def _block(depth: int) -> str:
    inner = "  " * (2 * depth + 2)
    return f"{inner}type: sequence\n{inner}steps:\n"


def _inside(count: int) -> str:
    steps = ", ".join(f"{{name: s{number}, type: transform, output: 1}}" for number in range(count - 1))
    return f"{_HEAD}steps:\n  - {{name: all, type: sequence, steps: [{steps}]}}\n"


def _long() -> str:
    return '{"from": "' + "input." * 800 + 'x"}'
