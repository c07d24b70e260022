"""Which methods a path takes, for the answer to a request with another one."""

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path


def methods_of(app: FastAPI, path: str) -> tuple[str, ...]:
    """The methods of all routes to `path`; where several templates fit it, of the one with the fewest parameters.

    The router tells of its first route alone, and here most methods have a route of their own.
    """
    found: dict[str, set[str]] = {}
    for context in iter_route_contexts(app.routes):
        if context.path and context.methods and compile_path(context.path)[0].match(path):
            found.setdefault(context.path, set()).update(context.methods)
    template = min(found, key=lambda known: known.count("{"), default=None)
    return () if template is None else tuple(sorted(found[template]))
