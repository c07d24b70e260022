"""JSON Schema (draft 2020-12) as documents use it: never fetches anything, and every pattern takes linear time."""

from collections.abc import Mapping
from typing import Any, Final

import jsonschema_rs

from callsheet.errors import Problem
from callsheet.scenario.json import Json, escape

MAX_PROBLEMS: Final = 50
_MAX_MESSAGE: Final = 300


class SchemaInvalid(ValueError):
    """The schema cannot be used. `pointer` says where in it; the text is a sentence."""

    def __init__(self, message: str, pointer: str) -> None:
        super().__init__(message)
        self.pointer = pointer


class Schema:
    """A compiled schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Compile `schema`.

        Raises:
            SchemaInvalid: it is no schema, refers to another document, or has a pattern that needs backtracking.
        """
        try:
            options = jsonschema_rs.RegexOptions()  # linear time: a hostile pattern would otherwise stop the event loop
            self._validator = jsonschema_rs.validator_for(dict(schema), offline=True, pattern_options=options)
        except ValueError as exc:
            path: list[str | int] = getattr(exc, "instance_path", [])
            raise SchemaInvalid(_sentence(str(exc).splitlines()[0]), _pointer(path)) from exc

    def problems(self, value: Json) -> tuple[Problem, ...]:
        """What is wrong with `value`, by JSON pointer; at most 50 problems, none when it fits."""
        if self._validator.is_valid(value):
            return ()
        found = [
            Problem(pointer=_pointer(fault.instance_path), message=_sentence(fault.message))
            for _, fault in zip(range(MAX_PROBLEMS), self._validator.iter_errors(value), strict=False)
        ]
        return tuple(sorted(found, key=lambda problem: problem.pointer))


def _pointer(path: list[str | int]) -> str:
    return "".join(f"/{escape(part)}" for part in path)


def _sentence(text: str) -> str:
    return f"{text}." if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]}…"
