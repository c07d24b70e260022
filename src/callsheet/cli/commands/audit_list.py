"""`callsheet audit list`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import ActAction, ActSince, ActSubject, ActTarget, AsJson, Data, Folder, Places, SomeActs
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditListOptions:
    """What `callsheet audit list` was asked for."""

    acts: SomeActs
    limit: int
    json: bool
    places: Places


def command(
    subject: ActSubject = None,
    action: ActAction = None,
    target: ActTarget = None,
    since: ActSince = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many at most.")] = 50,
    json: AsJson = False,
    folder: Folder = None,
    data: Data = None,
) -> int:
    """List who did what, newest first.

    The result is 'done' or the code of the error; an act without one is at work, or its process died. Times are local.
    """
    options = AuditListOptions(
        acts=SomeActs(subject=subject, action=action, target=target, since=since),
        limit=limit,
        json=json,
        places=Places(folder=folder, data=data),
    )
    return start("audit_list", options)
