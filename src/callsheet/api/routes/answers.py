"""Answering steps that wait for a person."""

from fastapi import APIRouter

from callsheet.access.scopes import Scope
from callsheet.api.access import TheCaller, needs
from callsheet.api.auditing import TheDeed
from callsheet.api.decoding import StrictRoute
from callsheet.api.identifiers import run_id_of
from callsheet.api.parts import TheParts
from callsheet.api.schemas.answers import AnswerRequest, AnswerResponse
from callsheet.api.schemas.errors import described
from callsheet.runs.deeds import answer_details
from callsheet.runs.events import StepPath

router = APIRouter(prefix="/api", tags=["workflow"], route_class=StrictRoute)


@router.post(
    "/runs/{run_id}/steps/{step_path}/answer",
    response_model=AnswerResponse,
    summary="Answer a step that waits for a person",
    description=(
        "Approves or rejects. The first answer counts and is stored before this one is sent; the run goes on with it. "
        "What is asked stands in the run's snapshot under `waiting`."
    ),
    responses={
        400: described("The JSON is broken or forbidden"),
        404: described("Unknown run_id or step_path"),
        409: described("The step does not wait for an answer, or has one: `answer` is the one that counts"),
        413: described("The body is too large"),
        415: described("The body is not JSON in UTF-8"),
        422: described("`data` does not fit the form, or `by` is none of the assignees, or not the caller"),
        503: described("The journal cannot be used now; nothing was changed"),
    },
)
@needs(Scope.RUNS_WRITE, action="run.answer", begins=True)
async def post_answer(
    run_id: str, step_path: str, request: AnswerRequest, parts: TheParts, caller: TheCaller, deed: TheDeed
) -> AnswerResponse:
    """Decide; once."""
    answer = request.answer()
    await deed.begin(caller, details=answer_details(answer))
    run, path = run_id_of(run_id), StepPath(step_path)
    return AnswerResponse.of(run, path, await parts.answers.answer(run, path, answer))
