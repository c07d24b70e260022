"""One action on many runs, as the API shows it."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from callsheet.api.schemas.moments import Moment
from callsheet.runs.bulk import MOST, BulkAction, BulkOutcome
from callsheet.runs.error_codes import MOST_CODES
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.ports import RunFilter
from callsheet.scenario.steps.fail import CODE


class BulkFilter(BaseModel):
    """Which runs: those to which all of this applies."""

    model_config = ConfigDict(extra="forbid")

    scenario_id: Annotated[str | None, Field(max_length=256)] = None
    status: Annotated[
        list[RunStatus] | None, Field(max_length=20, description="Without it, those that the action is for.")
    ] = None
    error_code: Annotated[
        list[Annotated[str, Field(pattern=CODE)]] | None,
        Field(max_length=MOST_CODES, description="Runs that ended with an error of one of these codes."),
    ] = None
    started_after: Moment | None = None
    started_before: Moment | None = None
    finished_before: Moment | None = None
    q: Annotated[
        str | None, Field(max_length=256, description="Looked for in the id, the scenario's id and the message.")
    ] = None
    parent_run_id: Annotated[str | None, Field(max_length=64)] = None
    owner: Annotated[str | None, Field(max_length=256, description="Whose runs.")] = None

    def where(self) -> RunFilter:
        """The filter in the words of the core."""
        return RunFilter(
            scenario_id=self.scenario_id,
            status=frozenset(self.status) if self.status else None,
            error_code=frozenset(self.error_code) if self.error_code else None,
            started_after=self.started_after,
            started_before=self.started_before,
            finished_before=self.finished_before,
            parent_run_id=None if self.parent_run_id is None else RunId(self.parent_run_id.lower()),
            owner=self.owner or None,
            q=self.q or None,
        )


class BulkRequest(BaseModel):
    """What is done with which runs."""

    model_config = ConfigDict(extra="forbid")

    action: BulkAction
    filter: BulkFilter = Field(default_factory=BulkFilter)
    all: Annotated[bool, Field(strict=True, description="Said instead of a filter: with every run.")] = False
    limit: Annotated[int, Field(ge=1, le=MOST, strict=True)] = MOST
    latest: Annotated[
        bool, Field(strict=True, description="Of a retry: with the scenario's revision in the catalog now.")
    ] = False
    dry_run: Annotated[bool, Field(strict=True, description="Find the runs, and do nothing.")] = False

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if not self.all and self.filter.where() == RunFilter():
            raise ValueError("'filter' must have a field; say \"all\": true for every run")
        if self.latest and self.action is not BulkAction.RETRY:
            raise ValueError("'latest' is for a retry")
        return self


class BulkFailure(BaseModel):
    """A run with which it was not done."""

    run_id: str
    code: str
    detail: str


class BulkResponse(BaseModel):
    """What became of the runs; the newest come first."""

    action: BulkAction
    dry_run: bool
    matched: Annotated[int, Field(description="How many runs were found, up to `limit`.")]
    more: Annotated[bool, Field(description="Whether there are further ones: send the request again.")]
    done: list[str]
    made: Annotated[dict[str, str], Field(description="Of a retry: the new run by the old one.")]
    failed: list[BulkFailure]

    @classmethod
    def of(cls, request: BulkRequest, outcome: BulkOutcome) -> Self:
        """The answer to `request`."""
        return cls(
            action=request.action,
            dry_run=request.dry_run,
            matched=len(outcome.matched),
            more=outcome.more,
            done=list(outcome.done),
            made={str(old): str(new) for old, new in outcome.made.items()},
            failed=[
                BulkFailure(run_id=run_id, code=error.code, detail=error.message)
                for run_id, error in outcome.failed.items()
            ],
        )
