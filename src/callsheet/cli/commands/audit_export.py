"""`callsheet audit export`: what it takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from callsheet.cli.options import ActAction, ActSince, ActSubject, ActTarget, Data, Folder, Places, SomeActs
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExportOptions:
    """What `callsheet audit export` was asked for.

    Attributes:
        output: a file that is replaced; None for standard output.
    """

    acts: SomeActs
    form: str
    output: Path | None
    places: Places


def command(
    subject: ActSubject = None,
    action: ActAction = None,
    target: ActTarget = None,
    since: ActSince = None,
    form: Annotated[str, typer.Option("--format", metavar="jsonl|csv", help="How it is written.")] = "jsonl",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; standard output by default.")
    ] = None,
    folder: Folder = None,
    data: Data = None,
) -> int:
    """Write the whole audit log, newest first.

    Cells of a CSV file that a spreadsheet could take for a formula begin with an apostrophe.
    """
    options = AuditExportOptions(
        acts=SomeActs(subject=subject, action=action, target=target, since=since),
        form=form,
        output=output,
        places=Places(folder=folder, data=data),
    )
    return start("audit_export", options)
