"""What callers do through the API, written into the audit log by the guard of the route."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Final, cast, get_type_hints

from fastapi import Depends, Request
from starlette.types import Message, Receive, Scope, Send

from callsheet.access.acts import DONE, SOURCE, Acts, Deed, Intent, code_of
from callsheet.access.principal import Principal
from callsheet.errors.journal import JournalUnavailable

ACTS: Final = "callsheet.acts"
"""In the scope of a request: the `Acts` that its acts are written with."""

CODE: Final = "callsheet.code"
"""In the scope of a request: the code of the error that it is answered with, as soon as that is known."""

_DEED: Final = "callsheet.deed"

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


async def audited(
    scope: Scope, receive: Receive, send: Send, *, action: str, who: Principal | None, begins: bool, handle: Handler
) -> None:
    """Handle a request, which is an act: written down before it is done, with what became of it after it.

    What is refused is written down in any case, with the code of the refusal.

    Args:
        scope: of the request; the route has been found.
        receive: of ASGI.
        send: of ASGI.
        action: the act's name in the log.
        who: does it. None where nobody needs to be known: then the endpoint begins `TheDeed`, when it knows who it is.
        begins: whether the endpoint begins `TheDeed`, as what it is done to stands in the body.
        handle: does it, and answers.

    Raises:
        JournalUnavailable: the act could not be written down, and was not done.
        NotWrittenDown: the endpoint did something, and had not begun its act.
    """
    acts = cast("Acts", scope[ACTS])
    deed = acts.intend(_intent(scope, action))
    if who is not None and not begins:
        await deed.begin(who)
    scope[_DEED] = deed

    async def watched(message: Message) -> None:
        if message["type"] == "http.response.start":
            if who is not None and not deed.begun:
                await _begin_refused(deed, who, cast("int", message["status"]))
            _end(deed, scope, message)
        await send(message)

    try:
        await handle(scope, receive, watched)
    except Exception as exc:
        if who is not None and not deed.begun:
            await _begin_refused(deed, who)
        deed.end(code_of(exc))
        raise


class NotWrittenDown(RuntimeError):
    """An endpoint did what the audit log should tell of, and had not begun `TheDeed`: a fault of ours."""


async def deed_of(request: Request) -> Deed:
    """The act that `request` is."""
    return cast("Deed", request.scope[_DEED])


def takes_deed(endpoint: Callable[..., object]) -> bool:
    """Whether an endpoint has a parameter for `TheDeed`, as it must have to begin one."""
    return TheDeed in get_type_hints(endpoint, include_extras=True).values()


TheDeed = Annotated[Deed, Depends(deed_of)]
"""A route's parameter that holds the act which is audited; only of routes with an `action`."""


def _intent(scope: Scope, action: str) -> Intent:
    """The first name in the path is what the act is done to; others are details. A tool has its server's name, too."""
    names = {name: str(value) for name, value in scope.get("path_params", {}).items()}
    if "tool" in names:
        names = {"tool": f"{names.pop('server')}/{names['tool']}"}
    target = next(iter(names.values()), "")
    details = dict(list(names.items())[1:])
    return Intent(action=action, source=str(scope.get(SOURCE, "")), target=target, details=details)


async def _begin_refused(deed: Deed, who: Principal, status: int = 500) -> None:
    """Write down what was refused before the endpoint could begin it. Nothing was done, so this need not succeed."""
    if status < 400:
        raise NotWrittenDown
    with suppress(JournalUnavailable):
        await deed.begin(who)


def _end(deed: Deed, scope: Scope, start: Message) -> None:
    status = cast("int", start["status"])
    if status < 400:
        location = next((value.decode("latin-1") for name, value in start["headers"] if name == b"location"), "")
        if location:
            deed.made(location.rpartition("/")[2])
        deed.end(DONE)
    else:
        deed.end(str(scope.get(CODE, f"http.{status}")))
