"""Functions of arrays."""

from typing import Any, Final

from jmespath.functions import signature

from callsheet.scenario.budget import CallFailed
from callsheet.scenario.equality import fingerprint
from callsheet.scenario.functions.base import BudgetedFunctions, Reference, kind_of

_ARRAY: Final[Any] = {"types": ["array"]}
_REFERENCE: Final[Any] = {"types": ["expref"]}
_ORDERED: Final[Any] = {"types": ["array-number", "array-string"]}
_GROUPED: Final = 8
"""What putting an element into its group costs."""


class Lists(BudgetedFunctions):
    """`unique`, `group_by`, and what jmespath has for arrays, sorting above all."""

    @signature(_ARRAY)
    def _func_unique(self, array: list[Any]) -> list[Any]:
        before = self.budget.visits
        self.budget.write(array)
        self.budget.visit(2 * (before - self.budget.visits))  # two copies are made of each value
        first: dict[str | bytes, Any] = {}
        for element in array:
            first.setdefault(fingerprint(element), element)
        return list(first.values())

    @signature(_ARRAY, _REFERENCE)
    def _func_group_by(self, array: list[Any], reference: Reference) -> dict[str, list[Any]]:
        self.budget.visit(_GROUPED * len(array))
        groups: dict[str, list[Any]] = {}
        for index, key in enumerate(self.each(reference, array)):
            if not isinstance(key, str):
                found = f"element {index} has {kind_of(key)}"
                raise CallFailed(f"group_by() takes an expression that gives a string for each element; {found}")
            if key not in groups:
                self.budget.build_object(1)
            groups.setdefault(key, []).append(array[index])
        return groups

    @signature(_REFERENCE, _ARRAY)
    def _func_map(self, reference: Reference, array: list[Any]) -> list[Any]:
        return self.each(reference, array)

    @signature(_ORDERED)
    def _func_sort(self, array: list[Any]) -> list[Any]:
        self._sort("sort", array)
        return sorted(array)

    @signature(_ARRAY, _REFERENCE)
    def _func_sort_by(self, array: list[Any], reference: Reference) -> list[Any]:
        keys = self.each(reference, array)
        self._sort("sort_by", keys)
        return [array[index] for index in sorted(range(len(array)), key=keys.__getitem__)]

    @signature(_ORDERED)
    def _func_max(self, array: list[Any]) -> Any:
        self.order("max", array)
        return max(array, default=None)

    @signature(_ORDERED)
    def _func_min(self, array: list[Any]) -> Any:
        self.order("min", array)
        return min(array, default=None)

    @signature(_ARRAY, _REFERENCE)
    def _func_max_by(self, array: list[Any], reference: Reference) -> Any:
        keys = self.each(reference, array)
        self.order("max_by", keys)
        return array[max(range(len(array)), key=keys.__getitem__)] if array else None

    @signature(_ARRAY, _REFERENCE)
    def _func_min_by(self, array: list[Any], reference: Reference) -> Any:
        keys = self.each(reference, array)
        self.order("min_by", keys)
        return array[min(range(len(array)), key=keys.__getitem__)] if array else None

    def _sort(self, name: str, keys: list[Any]) -> None:
        """Pay for sorting: each key is compared about log2(n) times, four times at the cost of one visit."""
        before = self.budget.visits
        self.order(name, keys)
        read = len(keys) + before - self.budget.visits
        self.budget.visit(read * len(keys).bit_length() // 4)
        self.budget.build_list(len(keys))
