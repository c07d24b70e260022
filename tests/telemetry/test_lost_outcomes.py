"""An outcome that the audit log could not take is counted, and the log of the process names the act."""

from pathlib import Path

from loguru import logger

from callsheet.access.acts import Intent
from callsheet.access.audit import ActOutcome
from callsheet.access.principal import LOCAL
from callsheet.access.stores import AccessStores
from callsheet.api.gate import Gate
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.memory_access import MemoryAuditLog, MemoryKeyStore, MemorySessionStore
from tests.telemetry.house import Scraped, opened


class FullDisk(MemoryAuditLog):
    """Takes what begins, and not what became of it."""

    async def end(self, outcome: ActOutcome) -> None:
        raise JournalUnavailable("The disk is full.")


async def test_an_outcome_that_could_not_be_written_is_counted_and_logged(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    stores = AccessStores(keys=keys, sessions=MemorySessionStore(keys), audit=FullDisk())
    acts = Gate.over(stores, clock=SystemClock(), entropy=SystemEntropy()).acts
    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), format="{message}", level="ERROR")
    try:
        async with acts.doing(LOCAL, Intent(action="run.start", source="here")):
            pass
        await acts.settle()
    finally:
        logger.remove(sink)
    assert acts.lost == 1
    assert any("could not be written into the audit log" in line for line in lines)
    async with opened(tmp_path, []) as place:
        scrape = place.system.telemetry.scrape(lambda: 0, lambda: 0, lambda: acts.lost)
        assert scrape is not None
        text, _ = await scrape("")
    assert Scraped(text.decode()).value("callsheet_audit_outcomes_lost_total") == 1
