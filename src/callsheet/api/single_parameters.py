"""Query parameters that count once: of two values a server takes one, and what stands before it perhaps the other."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError


def single_parameters(dependant: Dependant) -> frozenset[str]:
    """The query parameters of a route that have one value."""
    return frozenset(name for name, annotation in _declared(dependant) if not _takes_several(annotation))


def require_single(query: bytes, names: frozenset[str]) -> None:
    """Return when none of `names` is in `query` more than once.

    Raises:
        RequestValidationError: one is.
    """
    seen: set[str] = set()
    if not names or b"&" not in query:
        return
    for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name in seen:
            message = "It may be there once, and stands in the request several times"
            raise RequestValidationError([{"type": "value_error", "loc": ("query", name), "msg": message}])
        if name in names:
            seen.add(name)


def _declared(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    for field in dependant.query_params:
        yield field.alias, field.field_info.annotation
    for each in dependant.dependencies:
        yield from _declared(each)


def _takes_several(annotation: Any) -> bool:
    return get_origin(annotation) in {list, tuple, set} or any(map(_takes_several, get_args(annotation)))
