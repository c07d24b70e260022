"""JSON Schema (draft 2020-12) as documents use it: never fetches anything, and what it costs is bounded.

Every pattern takes linear time, and what checking a value may cost is known before it begins.
"""

from collections.abc import Mapping
from typing import Any, Final

import jsonschema_rs

from callsheet.errors.kinds import Problem
from callsheet.scenario.json import Json, escape
from callsheet.scenario.patterns import MAX_WEIGHT, patterns_of, weight
from callsheet.scenario.schema_cost import affordable, size, unfolded
from callsheet.scenario.schema_graph import SchemaGraph, SchemaTooLarge

MAX_PROBLEMS: Final = 50
MAX_UNFOLDED: Final = 10_000
"""Subschemas that may apply to one value."""

MAX_STEPS: Final = 2_000_000
"""Subschemas that may be checked to know whether a value fits: some tenths of a second at worst."""

MAX_SEARCH: Final = 10_000
"""Subschemas that may be checked to say what is wrong with a value, which takes far longer for each."""

_MAX_MESSAGE: Final = 300
_MAX_CHARACTERS: Final = 64
_NO_PATTERN: Final = ' is not a "regex"'


class SchemaInvalid(ValueError):
    """The schema cannot be used. `pointer` says where in it; the text is a sentence."""

    def __init__(self, message: str, pointer: str) -> None:
        super().__init__(message)
        self.pointer = pointer


class Schema:
    """A compiled schema.

    Attributes:
        pattern_weight: what compiling its patterns costs, of `patterns.MAX_WEIGHT`.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Compile `schema`.

        Raises:
            SchemaInvalid: it is no schema, refers to another document, has a pattern that needs backtracking, or costs
                more than is allowed.
        """
        self._graph, self.pattern_weight = _bounded(dict(schema))
        self._unfolded = unfolded(self._graph)
        if self._unfolded > MAX_UNFOLDED:
            message = f"It unfolds to more than {MAX_UNFOLDED} subschemas for one value (LimitExceeded: schema)."
            raise SchemaInvalid(message, "")
        try:
            options = jsonschema_rs.RegexOptions()  # linear time: a hostile pattern would otherwise stop the event loop
            self._validator = jsonschema_rs.validator_for(dict(schema), offline=True, pattern_options=options)
        except ValueError as exc:
            path: list[str | int] = getattr(exc, "instance_path", [])
            raise SchemaInvalid(_reason(str(exc).splitlines()[0]), _pointer(path)) from exc

    def problems(self, value: Json) -> tuple[Problem, ...]:
        """What is wrong with `value`, by JSON pointer; at most 50 problems, none when it fits.

        Where looking for the places would take too long, the only problem is that the whole value does not fit.
        """
        if self._unfolded * size(value) > MAX_STEPS:
            message = f"Checking it against its schema would take more than {MAX_STEPS} steps (LimitExceeded: schema)."
            return (Problem(pointer="", message=message),)
        if self._validator.is_valid(value):
            return ()
        if not affordable(self._graph, value, MAX_SEARCH):
            message = "It does not fit its schema; value and schema are too large together to say where."
            return (Problem(pointer="", message=message),)
        found = [
            Problem(pointer=_pointer(fault.instance_path), message=_sentence(fault.message))
            for _, fault in zip(range(MAX_PROBLEMS), self._validator.iter_errors(value), strict=False)
        ]
        return tuple(sorted(found, key=lambda problem: problem.pointer))


def _bounded(schema: dict[str, Any]) -> tuple[SchemaGraph, int]:
    try:
        graph = SchemaGraph(schema)
    except SchemaTooLarge as exc:
        raise SchemaInvalid(str(exc), "") from exc
    total = 0
    for pattern in patterns_of(graph):
        total += weight(pattern)
        if total > MAX_WEIGHT:
            shown = pattern if len(pattern) <= _MAX_CHARACTERS else f"{pattern[:_MAX_CHARACTERS]}…"
            message = f"Its patterns are too large to compile, '{shown}' is one of them (LimitExceeded: schema)."
            raise SchemaInvalid(message, "")
    return graph, total


def _reason(text: str) -> str:
    pattern = text.removesuffix(_NO_PATTERN)
    if pattern == text:
        return _sentence(text)
    return f"{_sentence(pattern)[:-1]} cannot be used as a pattern: it has a fault, look-around or a backreference."


def _pointer(path: list[str | int]) -> str:
    return "".join(f"/{escape(part)}" for part in path)


def _sentence(text: str) -> str:
    return f"{text}." if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]}… (shortened)."
