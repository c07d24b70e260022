"""Query parameters as a route declares them: none that it does not know, and of one value no second.

A filter with a slip in its name would find everything, and of two values a server takes one, and what stands before it
perhaps the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError

from callsheet.lint.suggestions import did_you_mean, listed


@dataclass(frozen=True, slots=True)
class QueryParameters:
    """The names of a route's query parameters.

    Attributes:
        single: those that have one value.
        several: those that have as many as a caller likes.
    """

    single: frozenset[str]
    several: frozenset[str]

    def check(self, query: bytes, *, others: bool = False) -> None:
        """Return when a route that declares these can take `query`.

        Args:
            query: as the request has it.
            others: whether there may be parameters that the route does not know.

        Raises:
            RequestValidationError: a parameter of one value is there more than once, or one is not known.
        """
        seen: set[str] = set()
        for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            if name in seen:
                raise _refused(name, "It may be there once, and stands in the request several times")
            if name in self.single:
                seen.add(name)
            elif not others and name not in self.several:
                raise _refused(name, f"There is no such parameter. {self._hint(name)}")

    def _hint(self, name: str) -> str:
        names = sorted(self.single | self.several)
        if not names:
            return "There are none here."
        return did_you_mean(name, names) or listed("There are", names)


def query_parameters(dependant: Dependant) -> QueryParameters:
    """What a route declares, and what all that it depends on does."""
    several = {name: _takes_several(annotation) for name, annotation in _declared(dependant)}
    return QueryParameters(
        single=frozenset(name for name, takes in several.items() if not takes),
        several=frozenset(name for name, takes in several.items() if takes),
    )


def _refused(name: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": ("query", name), "msg": message}])


def _declared(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    for field in dependant.query_params:
        yield field.alias, field.field_info.annotation
    for each in dependant.dependencies:
        yield from _declared(each)


def _takes_several(annotation: Any) -> bool:
    return get_origin(annotation) in {list, tuple, set} or any(map(_takes_several, get_args(annotation)))
