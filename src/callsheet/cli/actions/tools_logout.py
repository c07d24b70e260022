"""`callsheet tools logout`: what it does."""

from callsheet.cli.commands.tools_logout import ToolsLogoutOptions
from callsheet.cli.failures import DONE, FAILED, say
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.settings import environment
from callsheet.system import open_sign_in


async def act(options: ToolsLogoutOptions) -> int:
    """Forget the tokens, and have them revoked; the exit status."""
    with surroundings(options.places) as settings:
        sign_in = open_sign_in(settings, environment(), options.server)
        name = one_line(options.server)
        try:
            there = sign_in is not None and await sign_in.sign_out()
        except TimeoutError:
            say(f"Error: Another process is getting tokens of '{name}' now, so they are still there. Try again.")
            return FAILED
        except OSError as exc:
            say(f"Error: The tokens of '{name}' cannot be removed: {exc.strerror or exc}.")
            return FAILED
    say(f"The tokens of '{name}' are forgotten." if there else f"There were no tokens of '{name}'.")
    return DONE
