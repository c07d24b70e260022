"""`callsheet tools login`: what it does."""

import threading
import webbrowser
from contextlib import suppress

import httpx2

from callsheet.cli.commands.tools_login import ToolsLoginOptions
from callsheet.cli.failures import DONE, FAILED, Refused, say
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.settings import environment
from callsheet.system import open_sign_in
from callsheet.tools.oauth.login import waiting_for_browser
from callsheet.tools.oauth.providers import SignInRefused
from callsheet.tools.oauth.sign_in import SignInNeeded


def _browse(address: str) -> None:
    # Never a shell: the module starts the browser with the address as one argument.
    with suppress(webbrowser.Error, OSError):  # the address stands in the terminal
        webbrowser.open(address)


async def act(options: ToolsLoginOptions) -> int:
    """Let the person sign in; the exit status."""

    async def show(address: str) -> None:
        say(f"Sign in here:\n\n  {one_line(address)}\n")
        if options.browser:
            # A browser of the terminal stays until it is closed; not even the end of the process waits for it.
            threading.Thread(target=_browse, args=(address,), daemon=True).start()

    with surroundings(options.places) as settings:
        sign_in = open_sign_in(settings, environment(), options.server)
        if sign_in is None:
            raise Refused(f"The tool server '{options.server}' has no 'auth' in {settings.mcp}: nobody signs in to it.")
        try:
            async with waiting_for_browser(show) as person:
                await sign_in.sign_in(person, options.timeout)
        except TimeoutError:
            say(f"Error: Nobody signed in within {options.timeout:g} s.")
            return FAILED
        except (SignInNeeded, SignInRefused, httpx2.HTTPError) as exc:
            say(f"Error: Signing in did not work: {one_line(str(exc))}")
            return FAILED
    say(f"Signed in to '{one_line(options.server)}'.")
    return DONE
