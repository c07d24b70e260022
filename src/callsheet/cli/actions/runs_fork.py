"""`callsheet runs fork`: what it does."""

from callsheet.cli.commands.runs_fork import RunsForkOptions
from callsheet.cli.failures import Refused
from callsheet.cli.forking import fork_and_watch
from callsheet.cli.surroundings import surroundings
from callsheet.runs.events import StepPath
from callsheet.runs.forks import LATEST, ForkWish


async def act(options: RunsForkOptions) -> int:
    """Fork a run and watch the new one to its end; the exit status."""
    if options.latest and options.revision is not None:
        raise Refused("Say --latest or --revision, not both.")
    wish = ForkWish(
        from_step=None if options.from_step is None else StepPath(options.from_step),
        revision=LATEST if options.latest else options.revision,
    )
    with surroundings(options.places) as settings:
        return await fork_and_watch(settings, options.run, wish, json=options.json, inputs=options.inputs)
