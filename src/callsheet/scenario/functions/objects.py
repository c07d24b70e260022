"""Functions of objects."""

from typing import Any, Final, cast

from jmespath.functions import signature

from callsheet.scenario.budget import CallFailed
from callsheet.scenario.functions.base import BudgetedFunctions, kind_of

_OBJECT: Final[Any] = {"types": ["object"]}
_PAIR: Final = 8
"""What a list of two costs."""


class Objects(BudgetedFunctions):
    """`items`, `from_items`, and what jmespath has for objects."""

    @signature(_OBJECT)
    def _func_items(self, fields: dict[str, Any]) -> list[list[Any]]:
        self.budget.visit(_PAIR * len(fields))
        self.budget.build_list(_PAIR * len(fields))
        return [[key, value] for key, value in fields.items()]

    @signature({"types": ["array"]})
    def _func_from_items(self, pairs: list[Any]) -> dict[str, Any]:
        self.budget.build_object(len(pairs))
        made: dict[str, Any] = {}
        for index, pair in enumerate(pairs):
            key, value = _pair(index, pair)
            made[key] = value
        return made

    @signature(_OBJECT)
    def _func_keys(self, fields: dict[str, Any]) -> list[str]:
        self.budget.build_list(len(fields))
        return list(fields)

    @signature(_OBJECT)
    def _func_values(self, fields: dict[str, Any]) -> list[Any]:
        self.budget.build_list(len(fields))
        return list(fields.values())

    @signature({"types": ["object"], "variadic": True})
    def _func_merge(self, *objects: dict[str, Any]) -> dict[str, Any]:
        self.budget.build_object(sum(map(len, objects)))
        merged: dict[str, Any] = {}
        for fields in objects:
            merged.update(fields)
        return merged


def _pair(index: int, pair: object) -> tuple[str, Any]:
    if not isinstance(pair, list) or len(cast("list[Any]", pair)) != 2:
        found = f"an array of {len(cast('list[Any]', pair))}" if isinstance(pair, list) else kind_of(pair)
        raise CallFailed(f"from_items() takes an array of [key, value]; element {index} is {found}")
    key, value = cast("list[Any]", pair)
    if not isinstance(key, str):
        raise CallFailed(f"from_items() takes strings as keys; the key of element {index} is {kind_of(key)}")
    return key, value
