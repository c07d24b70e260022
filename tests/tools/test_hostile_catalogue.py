"""Every hostile server of the catalogue, over both transports: what its callers see, and that nobody else notices.

Each test is a process of its own (`hostile_trial`), so that memory and event loop are of nothing else. What took how
long is in the table that `python -m tests.tools.hostile_report` prints.
"""

import asyncio
import time
from typing import cast

import pytest

from tests.support.footing import Footing, Heart
from tests.support.servers.hostile import CATALOGUE, GROUPS, Transport
from tests.support.servers.hostile_trial import findings_of

# The eras differ in handshake, in what a result must be, and in how a call is waited for.
LEGACY_GROUPS = ("start", "lost", "answers")

PROCESSES = [
    (transport, era, group)
    for era, groups in (("modern", GROUPS), ("legacy", LEGACY_GROUPS))
    for group in groups
    for transport in ("stdio", "http")
    if any(fault.group == group and transport in fault.on for fault in CATALOGUE)
]


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("transport", "era", "group"), PROCESSES)
async def test_a_hostile_server_harms_nobody_but_its_own_call(transport: str, era: str, group: str) -> None:
    async with asyncio.timeout(170):
        findings = await findings_of(cast("Transport", transport), era, group)
    for finding in findings:
        print(finding.row())  # noqa: T201 - for a look with -s
    assert {finding.fault: finding.problems for finding in findings if finding.problems} == {}


def test_no_two_faults_have_the_same_name() -> None:
    names = [(fault.name, transport) for fault in CATALOGUE for transport in fault.on]
    assert sorted(set(names)) == sorted(names)


async def test_a_blocked_event_loop_is_seen() -> None:
    heart = Heart()
    beating = asyncio.create_task(heart.beat())
    await asyncio.sleep(0)
    end = time.thread_time() + 0.06
    while time.thread_time() < end:
        pass
    async with asyncio.timeout(5):
        while heart.longest_work < 0.06:  # noqa: ASYNC110 - the beat is what is waited for
            await asyncio.sleep(0)
    beating.cancel()


def test_memory_that_was_given_back_is_seen() -> None:
    footing = Footing()
    assert len(b"x" * (80 * 2**20)) == 80 * 2**20
    assert footing.growth() > 64
