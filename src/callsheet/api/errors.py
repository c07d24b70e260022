"""Errors as HTTP: the one table from error code to status, and the one shape of every error's body.

```json
{"detail": "Unknown run_id: 76d6…", "code": "run.not_found"}
```

`problems` stands beside them where single faults of the request are known, `current` and `answer` where somebody else
was first, `column` where an expression is wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import orjson
from fastapi.exceptions import RequestValidationError
from loguru import logger
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from callsheet.api.auditing import CODE
from callsheet.api.methods import methods_of
from callsheet.api.seldom import Seldom
from callsheet.errors.access import TooManyGuesses
from callsheet.errors.kinds import CallsheetError, Invalid, Problem
from callsheet.errors.runs import AlreadyAnswered, QueueFull, RunNotFound
from callsheet.errors.scenarios import RevisionConflict
from callsheet.scenario.json import escape

STATUS: Final[Mapping[str, int]] = {
    "json.invalid": 400,
    "target.invalid": 400,
    "yaml.invalid": 400,
    "credential.expired": 401,
    "credential.invalid": 401,
    "credential.missing": 401,
    "signature.expired": 401,
    "signature.invalid": 401,
    "forbidden": 403,
    "origin.foreign": 403,
    "not_found": 404,
    "hook.not_found": 404,
    "key.not_found": 404,
    "secret.not_found": 404,
    "path.not_found": 404,
    "run.not_found": 404,
    "run.finished": 409,
    "run.is_child": 409,
    "run.not_finished": 409,
    "run.nothing_to_retry": 409,
    "scenario.not_found": 404,
    "schedule.not_found": 404,
    "step.not_found": 404,
    "trigger.not_found": 404,
    "method.not_allowed": 405,
    "body.timeout": 408,
    "conflict": 409,
    "scenario.conflict": 409,
    "scenario.read_only": 409,
    "step.already_answered": 409,
    "step.not_waiting": 409,
    "trigger.conflict": 409,
    "trigger.read_only": 409,
    "body.too_large": 413,
    "body.type": 415,
    "host.unknown": 421,
    "cursor.invalid": 422,
    "expression.invalid": 422,
    "fork.invalid": 422,
    "idempotency_key.invalid": 422,
    "idempotency_key.reused": 422,
    "input.invalid": 422,
    "invalid": 422,
    "request.invalid": 422,
    "scenario.invalid": 422,
    "token.invalid": 422,
    "trigger.invalid": 422,
    "rate.exceeded": 429,
    "rate.guesses": 429,
    "runs.too_many": 429,
    "scenario.revision_required": 428,
    "trigger.revision_required": 428,
    "internal": 500,
    "run.damaged": 500,
    "tool.changed": 409,
    "tool.call_lost": 409,
    "tool.not_found": 404,
    "tool.needs_auth": 502,
    "tool.output_invalid": 502,
    "tool.output_too_large": 502,
    "tool.rate_limited": 502,
    "tool.transport": 502,
    "tool.unavailable": 502,
    "tools.unavailable": 502,
    "tool.timeout": 504,
    "hook.not_ready": 503,
    "journal.unavailable": 503,
    "queue.full": 503,
    "service.not_ready": 503,
    "service.stopping": 503,
    "unavailable": 503,
}
"""The status of every code that a caller can see. A code that is not here is a defect of ours: 500, `internal`."""

RETRY_AFTER: Final = "5"
"""Seconds, as the header wants them."""

_IS_FULL: Final = Seldom(QueueFull, seconds=1.0)

_MAX_DETAIL: Final = 2_000
_MAX_ECHO: Final = 100

_BY_STATUS: Final = {404: "path.not_found", 405: "method.not_allowed"}


class Refused(HTTPException):
    """A request that HTTP itself makes unacceptable, before any part of the system hears of it.

    An `HTTPException`, because FastAPI passes nothing else on that is raised while it reads a body.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        problems: Sequence[Mapping[str, object]] = (),
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(STATUS[code], detail)
        self.code = code
        self.problems = problems
        self.extra = extra or {}


def shortened(text: str, limit: int = _MAX_ECHO) -> str:
    """A caller's text, short enough to be told back."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def error_response(
    code: str,
    detail: str,
    *,
    problems: Sequence[Mapping[str, object]] = (),
    extra: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for `code`; a 429 or 503 says when to try again, a 401 what is missing."""
    status = STATUS[code]
    body: dict[str, object] = {"detail": shortened(detail, _MAX_DETAIL), "code": code}
    if problems:
        body["problems"] = list(problems)
    return _ErrorResponse(
        code, orjson.dumps(body | dict(extra or {})), status, {**_always(status, code), **(headers or {})}
    )


class _ErrorResponse(Response):
    """Tells the scope, for the audit log, with which error the request is answered."""

    media_type = "application/json"

    def __init__(self, code: str, content: bytes, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(content, status, headers)
        self._code = code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See `Response`."""
        scope[CODE] = self._code
        await super().__call__(scope, receive, send)


def status_of(error: CallsheetError) -> int:
    """The status for `error`.

    Raises:
        CallsheetError: `error` itself, where its code has none: a defect, for the middleware that logs defects.
    """
    if error.code not in STATUS or error.code == "internal":
        raise error
    return STATUS[error.code]


def headers_of(error: CallsheetError) -> Mapping[str, str]:
    """What HTTP wants to stand beside the status of `error`, whatever the body is."""
    more = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyGuesses) else {}
    return {**_always(status_of(error), error.code), **more}


def _always(status: int, code: str) -> Mapping[str, str]:
    """What HTTP wants to stand beside a status."""
    match status:
        case 401:
            return {"WWW-Authenticate": "Callsheet-Signature" if code.startswith("signature.") else "Bearer"}
        case 429 | 503:
            return {"Retry-After": RETRY_AFTER}
        case _:
            return {}


async def refuse(scope: Scope, receive: Receive, send: Send, code: str, detail: str) -> None:
    """Answer from a middleware; the connection ends with it, for the rest of the request was not read."""
    await error_response(code, detail, headers={"Connection": "close"})(scope, receive, send)


async def on_callsheet_error(request: Request, exc: Exception) -> Response:
    """The answer to whatever a part of the system raised on purpose.

    Raises:
        CallsheetError: `exc` itself, where its code has no status: a defect, for the middleware that logs defects.
    """
    error = cast("CallsheetError", exc)
    if status_of(error) >= 500 and not _IS_FULL.keeps_quiet(error):
        logger.warning("{} {} was not served: {}", request.method, request.url.path, error.message)
    if isinstance(error, RunNotFound) and "run_id" in request.path_params:
        return error_response(error.code, f"Unknown run_id: {shortened(request.path_params['run_id'])}")
    return error_response(
        error.code, error.message, problems=_problems(error), extra=_extra(error), headers=headers_of(error)
    )


async def on_http_exception(request: Request, exc: Exception) -> Response:
    """The answer to what FastAPI, Starlette and `Refused` raise."""
    error = cast("HTTPException", exc)
    if isinstance(error, Refused):
        return error_response(
            error.code, error.detail, problems=error.problems, extra=error.extra, headers=error.headers
        )
    if error.status_code == 405:
        return _not_allowed(request, error)
    code = _BY_STATUS.get(error.status_code, "invalid" if error.status_code < 500 else "internal")
    return error_response(code, _sentence(request, error), headers=error.headers)


async def on_validation_error(request: Request, exc: Exception) -> Response:
    """The answer to parameters and bodies that do not have the documented form."""
    faults = cast("RequestValidationError", exc).errors()
    problems = [_fault(fault) for fault in faults]
    first = problems[0]
    where = f" at {first['pointer']}" if first["pointer"] else ""
    detail = f"The {first['in']} of the request is not valid{where}: {first['message']}"
    return error_response("request.invalid", detail, problems=problems)


def _not_allowed(request: Request, error: HTTPException) -> Response:
    allowed = ", ".join(methods_of(request.app, request.url.path)) or (error.headers or {}).get("Allow", "")
    detail = f"{shortened(request.url.path)} does not take {shortened(request.method)}. It takes: {allowed}."
    return error_response(_BY_STATUS[error.status_code], detail, headers={**(error.headers or {}), "Allow": allowed})


def _sentence(request: Request, error: HTTPException) -> str:
    path = shortened(request.url.path)
    match error.status_code:
        case 404:
            return f"There is nothing at {path}. The API is described at /docs."
        case _:
            return f"The request was refused: {error.detail}."


def _problems(error: CallsheetError) -> list[Mapping[str, object]]:
    problems: Sequence[Problem] = error.problems if isinstance(error, Invalid) else ()
    return [{"pointer": problem.pointer, "message": problem.message} for problem in problems]


def _extra(error: CallsheetError) -> Mapping[str, object]:
    """What a caller needs to go on from a conflict."""
    match error:
        case RevisionConflict():
            return {"current": error.current}
        case AlreadyAnswered():
            return {"answer": error.first}
        case _:
            return {}


def _fault(fault: Mapping[str, Any]) -> dict[str, str]:
    place, *trail = fault["loc"]
    pointer = "".join(f"/{shortened(escape(token))}" for token in trail)
    # What a validator of ours raised comes with pydantic's name for it in front.
    sentence = str(fault["msg"]).removeprefix("Value error, ")
    end = "" if sentence.endswith(("?", ".")) else "."
    return {"in": str(place), "pointer": pointer, "message": f"{sentence[:1].upper()}{sentence[1:]}{end}"}
