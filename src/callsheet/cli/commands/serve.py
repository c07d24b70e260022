"""`callsheet serve`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, Mcp, Places, Scenarios
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What `callsheet serve` was asked for."""

    worker: bool
    places: Places


def command(
    host: Annotated[
        str | None, typer.Option(help="Where to listen; other than loopback needs auth and allowed_hosts.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="0 takes a free one.", min=0, max=65535)] = None,
    worker: Annotated[
        bool,
        typer.Option(
            "--worker/--no-worker",
            help="Execute runs in this process; without it, 'callsheet worker' does, on the same database.",
        ),
    ] = True,
    folder: Folder = None,
    data: Data = None,
    scenarios: Scenarios = None,
    mcp: Mcp = None,
) -> int:
    """Serve the HTTP API, and go on with unfinished runs.

    SIGTERM or Ctrl-C ends it: new runs are refused at once, steps at work may end, and what is left goes on at the
    next start.
    """
    places = Places(folder=folder, data=data, scenarios=scenarios, mcp=mcp, host=host, port=port)
    return start("serve", ServeOptions(worker=worker, places=places))
