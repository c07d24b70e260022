"""Functions of texts."""

from typing import Any, Final, cast

import orjson
from jmespath.functions import signature

from callsheet.scenario.budget import SEARCH_VISIT, CallFailed
from callsheet.scenario.equality import same
from callsheet.scenario.functions.base import BudgetedFunctions

_TEXT: Final[Any] = {"types": ["string"]}
_PART: Final = 16
"""What a piece of a split text costs beside its characters: it is an object of its own."""

_WRITE_VISITS: Final = 8
"""What writing a value as JSON costs beside going through it."""

_CASE_VISIT: Final = 4
"""Characters whose case is changed at the cost of one visit; those of ASCII are far cheaper."""


class Texts(BudgetedFunctions):
    """`split`, `lower`, `upper`, `replace`, and what jmespath has for texts."""

    @signature(_TEXT, _TEXT)
    def _func_split(self, text: str, separator: str) -> list[str]:
        self.budget.visit(len(text) // SEARCH_VISIT)
        parts = text.count(separator) + 1
        self.budget.visit(2 * parts)
        self.budget.build(len(text) + parts * _PART)
        return text.split(separator) if separator else list(text)

    @signature(_TEXT)
    def _func_lower(self, text: str) -> str:
        self._change_case(text)
        return self._grown(text, text.lower())

    @signature(_TEXT)
    def _func_upper(self, text: str) -> str:
        self._change_case(text)
        return self._grown(text, text.upper())

    @signature(_TEXT, _TEXT, _TEXT)
    def _func_replace(self, text: str, old: str, new: str) -> str:
        if not old:
            raise CallFailed("replace() takes as argument 2 a string that is not empty")
        self.budget.visit(len(text) // SEARCH_VISIT)
        self.budget.build(len(text) + text.count(old) * max(0, len(new) - len(old)))
        return text.replace(old, new)

    @signature(_TEXT, {"types": ["array-string"]})
    def _func_join(self, glue: str, parts: list[str]) -> str:
        # A join of long parts by a long glue allocated 2 GiB from an expression of 4,000 characters.
        self.budget.build(sum(map(len, parts)) + len(glue) * max(0, len(parts) - 1))
        return glue.join(parts)

    @signature({"types": []})
    def _func_to_string(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        self.budget.visit(_WRITE_VISITS)
        paid = self.budget.write(value)
        text = orjson.dumps(value)
        self.budget.build(max(0, len(text) - paid))  # one character may be written as six, as in "\u0001"
        return text.decode()

    @signature({"types": ["array", "string"]})
    def _func_reverse(self, value: Any) -> Any:
        if isinstance(value, str):
            self.budget.build(len(value))
        else:
            self.budget.build_list(len(value))
        return value[::-1]

    @signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, subject: Any, search: Any) -> bool:
        if isinstance(subject, str):
            self.budget.visit(len(subject) // SEARCH_VISIT)
            return isinstance(search, str) and search in subject
        self.budget.read(subject)
        return any(same(element, search) for element in cast("list[Any]", subject))

    def _change_case(self, text: str) -> None:
        self.budget.visit(len(text) // (SEARCH_VISIT if text.isascii() else _CASE_VISIT))
        self.budget.build(len(text))

    def _grown(self, text: str, changed: str) -> str:
        self.budget.build(max(0, len(changed) - len(text)))  # a letter has up to three in the other case
        return changed
