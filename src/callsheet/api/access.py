"""What each route needs of its caller, declared beside it; a route that declares nothing cannot be made.

```python
@router.get("/runs", response_model=RunList, summary="List runs")
@needs(Scope.RUNS_READ)
async def get_runs(...) -> RunList: ...
```
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar, cast

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.access.principal import PRINCIPAL, Principal
from callsheet.access.scopes import SCOPES_OF
from callsheet.access.scopes import Scope as AccessScope
from callsheet.api.auditing import audited, takes_deed
from callsheet.api.observing import note_caller, note_route
from callsheet.api.query_parameters import query_parameters
from callsheet.errors.access import Forbidden, TooManyGuesses, Unauthenticated
from callsheet.errors.journal import JournalUnavailable

PAGES: Final = "pages"
"""What the addresses of the web UI are called together where routes are counted: there is one for every run."""

_ACCESS: Final = "__callsheet_access__"

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a route needs.

    Attributes:
        scope: what the caller's role must allow; None where anybody who is known may come.
        public: why nobody needs to be known here; empty for every other route.
        action: what the audit log calls it; empty for what changes nothing. Of a public route, the endpoint itself
            says who it is: see `callsheet.api.auditing.TheDeed`.
        begins: whether the endpoint begins the act, as what it is done to stands in the body; else the guard does,
            before the body is read.
    """

    scope: AccessScope | None = None
    public: str = ""
    action: str = ""
    begins: bool = False


def needs(scope: AccessScope, *, action: str = "", begins: bool = False) -> Callable[[_F], _F]:
    """Mark an endpoint as one for callers who may `scope`.

    Args:
        scope: what their role must allow.
        action: its name in the audit log.
        begins: whether the endpoint itself begins the act there, with what only the body tells.
    """
    return _marked(Access(scope=scope, action=action, begins=begins))


def open_to_all(reason: str, *, action: str = "") -> Callable[[_F], _F]:
    """Mark an endpoint as one that needs no credential, for a reason."""
    return _marked(Access(public=reason, action=action, begins=bool(action)))


def access_of(endpoint: object) -> Access | None:
    """What was declared of an endpoint; None when nothing was."""
    return cast("Access | None", getattr(endpoint, _ACCESS, None))


class GuardedRoute(APIRoute):
    """A route that lets nobody in but whom its declaration allows.

    Raises:
        TypeError: the endpoint declares nothing, or that it begins an act, which it has no parameter for.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        access = access_of(endpoint)
        if access is None:
            raise TypeError(
                f"{endpoint.__module__}.{endpoint.__name__} says not what it needs: see callsheet.api.access."
            )
        if access.begins and not takes_deed(endpoint):
            raise TypeError(f"{endpoint.__module__}.{endpoint.__name__} begins its act, and has no parameter TheDeed.")
        self.access = access
        super().__init__(path, endpoint, **options)
        self.query = query_parameters(self.dependant)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request. A wrong method is told to everybody who is known."""
        note_route(scope, self.path_format)
        known = scope["method"] in (self.methods or ())
        if not (known and self.access.action):
            admit(scope, self.access if known or self.access.public else Access())
            if known:
                self._check_query(scope)
            return await super().handle(scope, receive, send)
        who = None if self.access.public else principal_of(scope)
        action, begins = self.access.action, self.access.begins
        await audited(scope, receive, send, action=action, who=who, begins=begins, handle=self._admitted)

    async def _admitted(self, scope: Scope, receive: Receive, send: Send) -> None:
        admit(scope, self.access)  # in here, for the log tells of those who may not, too
        self._check_query(scope)
        await super().handle(scope, receive, send)

    def _check_query(self, scope: Scope) -> None:
        """Refuse what the route cannot take; to public ones lead links of others, who add what they like."""
        if query := scope["query_string"]:
            self.query.check(query, others=bool(self.access.public))


class Guarded:
    """An app for whom `access` allows: for what is no `GuardedRoute`; `template` is what its route is called."""

    def __init__(self, app: ASGIApp, access: Access, template: str) -> None:
        self._app = app
        self.access = access
        self._template = template

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        note_route(scope, self._template)
        admit(scope, self.access)
        await self._app(scope, receive, send)


class GuardedPages(BaseRoute):
    """A route of another kind, for whom `access` allows."""

    def __init__(self, route: BaseRoute, access: Access) -> None:
        self._route = route
        self.access = access

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See `BaseRoute`."""
        return self._route.matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See `BaseRoute`."""
        note_route(scope, PAGES)
        admit(scope, self.access)
        await self._route.handle(scope, receive, send)


def guard_rest(routes: Sequence[BaseRoute], access: Access) -> None:
    """Let nobody in but whom `access` allows to those of `routes` that others made."""
    for route in routes:
        if not isinstance(route, Route | Mount):
            raise TypeError(f"Nobody knows how to guard {route!r}.")
        route.app = Guarded(route.app, access, route.path)


def served(app: FastAPI) -> Iterator[tuple[RouteContext, Access]]:
    """Every route of `app` with what it needs.

    Raises:
        TypeError: one of them is not guarded.
    """
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        access = getattr(route, "access", None) or getattr(getattr(route, "app", None), "access", None)
        if not isinstance(access, Access):
            raise TypeError(f"The route {context.path or route!r} is not guarded: see callsheet.api.access.")
        yield context, access


def require_guards(app: FastAPI) -> None:
    """Return when every route of `app` is guarded.

    Raises:
        TypeError: one is not.
    """
    for _ in served(app):
        pass


def admit(scope: Scope, access: Access) -> None:
    """Return when the caller of the request may have what needs `access`.

    Raises:
        Unauthenticated: nobody knows who calls.
        Forbidden: the role does not allow it, or not to somebody for whom not everything is.
    """
    if access.public:
        return
    principal = principal_of(scope)
    note_caller(scope, principal.subject)
    if access.scope is not None and not principal.may(access.scope):
        raise _forbidden(principal, access.scope)


def principal_of(scope: Scope) -> Principal:
    """Who calls.

    Raises:
        Unauthenticated: that is not known.
        TooManyGuesses: nobody was asked.
        JournalUnavailable: the store of keys and sessions is away.
    """
    found = scope.get(PRINCIPAL)
    if isinstance(found, Principal):
        return found
    if isinstance(found, TooManyGuesses):
        raise TooManyGuesses(found.seconds)
    # A new error for each request: its traceback is written into it.
    raise type(found)(str(found)) if isinstance(found, Unauthenticated | JournalUnavailable) else Unauthenticated


def _forbidden(principal: Principal, scope: AccessScope) -> Forbidden:
    if scope not in SCOPES_OF[principal.role]:
        return Forbidden(f"The role '{principal.role}' may not do this: it needs the scope '{scope}'.")
    return Forbidden(
        f"The scope '{scope}' reaches further than this caller, who may not see every run, scenario or tool."
    )


async def caller_of(request: Request) -> Principal:
    """The caller of `request`."""
    return principal_of(request.scope)


TheCaller = Annotated[Principal, Depends(caller_of)]
"""A route's parameter that holds the caller."""


def _marked(access: Access) -> Callable[[_F], _F]:
    def mark(endpoint: _F) -> _F:
        setattr(endpoint, _ACCESS, access)
        return endpoint

    return mark
