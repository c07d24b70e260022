"""Previews of expressions, evaluated as a run would."""

from collections.abc import Callable
from itertools import islice
from typing import Final

import orjson
from fastapi import APIRouter, Response

from callsheet.access.scopes import Scope
from callsheet.api.access import needs
from callsheet.api.decoding import StrictRoute
from callsheet.api.errors import Refused
from callsheet.api.identifiers import run_id_of
from callsheet.api.parts import Parts, TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.expressions import EvaluateRequest, EvaluateResponse
from callsheet.runs.events import StepPath
from callsheet.scenario.expressions import EvaluationFailed, ExpressionInvalid, parse_expression
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.values import Missing, ValueInvalid, evaluate, expressions, parse_value

MAX_EXPRESSIONS: Final = 20
"""In one preview; each has the whole budget of a run's."""

router = APIRouter(prefix="/api", tags=["workflow"], route_class=StrictRoute)


@router.post(
    "/expressions/evaluate",
    response_model=EvaluateResponse,
    summary="Evaluate an expression",
    description=(
        "Evaluates an expression, or a value in any form of the language, on the given roots, with the limits that a "
        "run has. Nothing is stored, and no secret is known here but those in `data`.\n\n"
        "Instead of `data`, `run_id` and `step_path` take the roots that a step of a run saw, or would see: `input`, "
        "`vars`, `env`, `run`, the steps that are visible to it, `error` in a handler, and the names of the iterations "
        "around it."
    ),
    responses={
        400: described("The JSON is broken or forbidden"),
        404: described("Unknown run_id, or its scenario has no such step_path"),
        413: described("The body is too large"),
        415: described("The body is not JSON in UTF-8"),
        422: described("The expression cannot be read or evaluated; `column` counts from 1, null when it is not known"),
        503: described("Too many previews are waiting, or the journal cannot be read now"),
    },
)
@needs(Scope.SCENARIOS_READ)
async def post_evaluate(request: EvaluateRequest, parts: TheParts) -> Response:
    """The value, as JSON text that was made beside the event loop too."""
    roots = await _roots(request, parts)
    text = await parts.workbench.run(lambda: _preview(request, roots()))
    return Response(text, media_type="application/json")


async def _roots(request: EvaluateRequest, parts: Parts) -> Callable[[], JsonObject]:
    if request.run_id is None:
        return lambda: request.data
    path = None if request.step_path is None else StepPath(request.step_path)
    return await parts.runs.hindsight(run_id_of(request.run_id), path)


def _preview(request: EvaluateRequest, roots: JsonObject) -> bytes:
    """Raises `Refused` with the sentence and the column of what is wrong."""
    try:
        found = _evaluate(request, roots)
    except ExpressionInvalid as exc:
        raise _refused(str(exc), exc.column) from exc
    except EvaluationFailed as exc:
        raise _refused(str(exc), exc.column) from exc
    except ValueInvalid as exc:
        cause = exc.__cause__
        raise _refused(
            str(exc), cause.column if isinstance(cause, ExpressionInvalid) else None, f"/value{exc.pointer}"
        ) from exc
    missing = isinstance(found, Missing)
    return orjson.dumps({"result": None if missing else found, "missing": missing})


def _evaluate(request: EvaluateRequest, roots: JsonObject) -> Json | Missing:
    if request.expression is not None:
        return parse_expression(request.expression).evaluate(roots)
    value = parse_value(request.value)
    if len(list(islice(expressions(value), MAX_EXPRESSIONS + 1))) > MAX_EXPRESSIONS:
        raise _refused(f"A preview evaluates at most {MAX_EXPRESSIONS} expressions.", None, "/value")
    return evaluate(value, roots)


def _refused(message: str, column: int | None, pointer: str = "/expression") -> Refused:
    problem = {"in": "body", "pointer": pointer, "message": message}
    return Refused("expression.invalid", message, [problem], {"column": column})
