"""`callsheet hooks show`: what it does."""

from rich.text import Text

from callsheet.cli.commands.hooks_show import HooksShowOptions
from callsheet.cli.failures import DONE
from callsheet.cli.screen import foreign, seconds_text, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.trigger_access import open_triggers
from callsheet.cli.triggers_shown import as_json, show_page, yes


async def act(options: HooksShowOptions) -> int:
    """Show one hook; the exit status."""
    with surroundings(options.places) as settings:
        async with open_triggers(settings) as triggers:
            hook = await triggers.hook(options.name)
    if options.json:
        write_json(as_json(hook))
        return DONE
    facts = {
        "path": foreign(hook.url),
        "secret": foreign(f"CALLSHEET_SECRET_{hook.secret}" if hook.secret else "-"),
        "ready": yes(hook.ready),
        "tolerance": Text("-" if hook.tolerance is None else seconds_text(hook.tolerance)),
    }
    show_page(hook, facts, hook.document)
    return DONE
