"""The demo: two real scenarios on a real tool server, over HTTP, on a news site that comes with it.

``python examples/news/demo.py`` serves the bundled site, opens Callsheet beside it, asks over HTTP where a story was
first, once with a single tool and once with a scenario that reads every candidate itself, and shows both answers. In a
terminal it opens the web UI on the second run while that is at work, and then serves until Ctrl-C; elsewhere it ends.
DEMO_BROWSER=0 leaves the browser closed.
"""

import asyncio
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.table import Table

from callsheet.api.binding import listen
from callsheet.cli.failures import DONE, INTERRUPTED, report
from callsheet.cli.following import follow
from callsheet.cli.labels import Labels
from callsheet.cli.logs import logs_on_stderr
from callsheet.cli.outcome import tell
from callsheet.cli.remote_runs import open_remote_runs
from callsheet.cli.screen import foreign, output, write
from callsheet.cli.serving import serving
from callsheet.cli.text import one_line
from callsheet.cli.views import watching
from callsheet.errors.kinds import CallsheetError
from callsheet.errors.service import ConfigurationInvalid
from callsheet.settings import Settings, environment, load_settings
from site_server import ARTICLE_TO_TRY, serve_site

HERE = Path(__file__).resolve().parent
ONE_STEP = "news_source_discovery_v1"
MANY_STEPS = "earliest_source"
SLOW_SECONDS = 1.0
"""One of the site's papers answers so late."""


async def demo() -> int:
    """Show everything once; the exit status."""
    os.chdir(HERE.parent.parent)  # the paths in mcp.json count from the root of the repository
    settings = load_settings(folder=HERE)
    # Tool servers are started with this Python, whatever "python" is elsewhere.
    surroundings = environment() | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    async with (
        serve_site(slow_seconds=SLOW_SECONDS) as site,
        serving(settings, surroundings, _listen(settings)) as service,
    ):
        article = site + ARTICLE_TO_TRY
        write(f"A small news site is served at {site}, Callsheet at {service.url}.")
        write(f"Where was this story first?  {article}\n")
        status = await ask(settings, service.url, ONE_STEP, article, _show_answer)
        if status == DONE:
            write("\nThe same in several steps: search, read all candidates five at a time, take the earliest.\n")
            status = await ask(settings, service.url, MANY_STEPS, article, _show_earliest, look=_open_page)
        _say_how(service.url, article)
        if sys.stdout.isatty():
            write("\nServing until Ctrl-C.")
            await service.stopped()
    return status


async def ask(
    settings: Settings,
    url: str,
    scenario: str,
    article: str,
    show: Callable[[Any], None],
    look: Callable[[str], None] = lambda page: None,
) -> int:
    """Start a run over HTTP, watch its event stream, and show the answer; the exit status.

    `look` is given the address of the run's page when the run has begun.
    """
    async with open_remote_runs(settings, url) as runs:
        labels = Labels.of(await runs.document(scenario))
        run_id = await runs.submit(scenario, {"url": article})
        page = f"{url}/runs/{run_id}"
        write(f"Watch it in a browser:  {page}")
        look(page)
        with watching(labels, json=False) as view:
            state = await follow(runs.follow(run_id), view)
    status = tell(state, labels)
    if status == DONE:
        show(state.output)
    return status


def _open_page(page: str) -> None:
    """In the browser of a person at a desktop. That may fail or take long: the demo does not wait for it."""
    wanted = sys.stdout.isatty() and os.environ.get("DEMO_BROWSER") != "0"
    desktop = sys.platform == "darwin" or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    if wanted and desktop:
        threading.Thread(target=_browse, args=(page,), daemon=True).start()


def _browse(page: str) -> None:
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(page)


def _listen(settings: Settings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except ConfigurationInvalid as error:
        write(f"{error.message}\nThe demo takes a free port instead.")
        return listen(settings.host, 0)


def _show_answer(answer: Any) -> None:
    console = output()
    first = answer["candidates"][0] if answer["candidates"] else None
    if first is None:
        write("\nNobody else has this story.")
        return
    write(f"\nThe earliest source: {one_line(first['title'] or first['url'])}")
    write(f"  {first['site']}, {first['published'] or 'no date'}, {first['url']}\n")
    table = Table("PUBLISHED", "SITE", "TITLE", box=None, pad_edge=False)
    for candidate in answer["candidates"]:
        table.add_row(*(foreign(candidate[name] or "-") for name in ("published", "site", "title")))
    console.print(table)
    for page in answer["skipped"]:
        console.print(foreign(f"Not read: {page['url']}: {page['reason']}", "dim"), soft_wrap=True)


def _show_earliest(article: Any) -> None:
    write(f"\nRead and compared: {one_line(article['title'] or article['url'])}")
    write(f"  {article['published']}, {article['url']}")


def _say_how(url: str, article: str) -> None:
    write(f"\nEverything that ran, its steps and events, in a browser: {url}")
    write(f"The API page: {url}/docs")
    write("The same by hand, while this serves:")
    body = f'{{"scenario_id": "{MANY_STEPS}", "input": {{"url": "{article}"}}}}'
    write(f"  curl -s {url}/api/runs -H 'content-type: application/json' -d '{body}'")
    write(f"  curl -N {url}/api/runs/RUN_ID/events")
    write(f"  curl -s {url}/api/runs/RUN_ID")
    write("What ran here stays:  callsheet runs list --folder examples/news")


def main() -> int:
    """Run the demo: 0 on success, 1 or 2 with a sentence otherwise, 130 after a Ctrl-C that cut it off."""
    try:
        with logs_on_stderr("WARNING"):
            return asyncio.run(demo())
    except CallsheetError as error:
        return report(error)
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
