"""Playwright's server, with a browser for each run; only `make published` runs this, it needs Chromium."""

import os
import re
import select
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.published.programs import playwright
from tests.published.running import begin, house, read, run, say
from tests.support.service import Service

pytestmark = [pytest.mark.timeout(180), pytest.mark.chromium, pytest.mark.usefixtures("browser")]

HEADLINE = "Our tide gauge reads low, says retired ferry mechanic"
GAZETTE = "/skerry-gazette/tide-gauge-reads-low.html"
ATLAS = "/atlas/how-a-tide-gauge-works.html"
CHESS = "/national-courier/chess-final-in-the-rain.html"


def opens(service: Service, site: str, first: str, *others: str) -> str:
    """A run that opens these pages, each in a tab, and waits."""
    return begin(service, "tabs", first=site + first, others=[site + page for page in others])


def sees(service: Service, site: str, run_id: str) -> list[str]:
    """The pages in the tabs that the run sees when it goes on."""
    say(service, run_id, "meet", approved=True)
    tabs = read(service, run_id).output  # such as `- 0: (current) [title](address)`
    return re.findall(rf"^- \d+: .*\]\({re.escape(site)}(\S+)\)$", tabs, re.MULTILINE)


@contextmanager
def browsers(service: Service) -> Generator[list[int]]:
    """The living processes of Chromium that work in the folder of the service, as descriptors that tell their end."""
    home = str(service.folder.resolve())
    with ExitStack() as stack:
        found: list[int] = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError):
                program = os.readlink(f"/proc/{entry}/exe")
                if "chrom" in Path(program).name and os.readlink(f"/proc/{entry}/cwd") == home:
                    found.append(os.pidfd_open(int(entry)))
                    stack.callback(os.close, found[-1])
        yield found


def test_a_run_clicks_through_to_an_article(service: Service, site: str) -> None:
    output = run(service, "browse", site=site, headline=HEADLINE).output

    assert f"- Page URL: {site}{GAZETTE}" in output["article"]
    assert "941 readings in a school exercise book" in output["article"]
    assert output["screen"] == "image/png"


def test_each_of_two_runs_at_the_same_time_sees_only_its_own_tabs(service: Service, site: str) -> None:
    one, other = opens(service, site, GAZETTE), opens(service, site, ATLAS, CHESS)
    for run_id in (one, other):
        read(service, run_id, until="run_waiting")

    assert sees(service, site, one) == [GAZETTE]
    assert sees(service, site, other) == [ATLAS, CHESS]


def test_with_a_shared_connection_the_second_run_takes_the_browser_of_the_first(tmp_path: Path, site: str) -> None:
    with house(tmp_path / "house", {"playwright": playwright(scope="shared")}) as service:
        one = opens(service, site, GAZETTE)
        read(service, one, until="run_waiting")
        other = opens(service, site, ATLAS, CHESS)
        read(service, other, until="run_waiting")

        assert sees(service, site, one) == sees(service, site, other) == [ATLAS, CHESS]


def test_the_browser_ends_with_its_run(service: Service, site: str) -> None:
    run_id = opens(service, site, ATLAS)
    read(service, run_id, until="run_waiting")
    with browsers(service) as processes:
        assert processes

        assert sees(service, site, run_id) == [ATLAS]

        assert all(select.select([process], [], [], 20)[0] for process in processes)
