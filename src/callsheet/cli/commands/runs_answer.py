"""`callsheet runs answer`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, Places, RunArgument
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsAnswerOptions:
    """What `callsheet runs answer` was asked for.

    Attributes:
        step_path: None for the only step that waits.
        approved: None when nothing was decided.
        cancelled: neither; for the question of a tool.
        form: what the step's form asks for: JSON, `@FILE` or `@-`; None for nothing.
    """

    run: str
    step_path: str | None
    approved: bool | None
    cancelled: bool
    comment: str
    form: str | None
    by: str
    places: Places


def command(
    run: RunArgument,
    step_path: Annotated[
        str | None, typer.Argument(metavar="[STEP_PATH]", help="Such as each[3].ask; for one of several that wait.")
    ] = None,
    approve: Annotated[bool | None, typer.Option("--approve/--reject", help="The decision.")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Neither: dismiss the question of a tool.")] = False,
    comment: Annotated[
        str, typer.Option("--comment", metavar="TEXT", help="What the scenario and its readers see of the reasons.")
    ] = "",
    form: Annotated[
        str | None,
        typer.Option("--form", metavar="JSON", help="What the step's form asks for; @FILE and @- read it."),
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="NAME", help="Who answers, where no key says it; one of the assignees if the step has any."
        ),
    ] = "",
    folder: Folder = None,
    data: Data = None,
) -> int:
    """Answer a step that waits for a person.

    The first answer counts. Goes through the server when one is running; without one the answer is stored, and the run
    goes on when the data folder is served again. A step need not be named when only one waits.
    """
    options = RunsAnswerOptions(
        run=run,
        step_path=step_path,
        approved=approve,
        cancelled=cancel,
        comment=comment,
        form=form,
        by=by,
        places=Places(folder=folder, data=data),
    )
    return start("runs_answer", options)
