"""`callsheet runs retry`: what it does."""

from callsheet.cli.commands.runs_retry import RunsRetryOptions
from callsheet.cli.failures import DONE
from callsheet.cli.forking import fork_and_watch
from callsheet.cli.selected import act_on_selection
from callsheet.cli.surroundings import surroundings
from callsheet.runs.bulk import BulkAction
from callsheet.runs.forks import LATEST, ForkWish


async def act(options: RunsRetryOptions) -> int:
    """Retry one run and watch it, or those that are named; the exit status."""
    with surroundings(options.places) as settings:
        many = await act_on_selection(settings, BulkAction.RETRY, options.run, options.selection, latest=options.latest)
        if many is not None or options.run is None:
            return DONE if many is None else many
        wish = ForkWish(retry=True, revision=LATEST if options.latest else None)
        return await fork_and_watch(settings, options.run, wish, json=options.json)
