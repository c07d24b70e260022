"""The scenarios of runs at work: a run goes on with the revision that it began with."""

import asyncio
from collections import OrderedDict
from typing import Final

from callsheet.errors.scenarios import ScenarioInvalid
from callsheet.runs.events import Revision
from callsheet.runs.ports import Journal
from callsheet.scenario.codec import DocumentInvalid, decode_json
from callsheet.scenario.json import JsonObject, is_object
from callsheet.scenario.model import Scenario
from callsheet.scenario.parse import parse_scenario

_KEPT: Final = 256


class PinnedScenarios:
    """Reads revisions from the journal and keeps the last 256 parsed ones."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._parsed: OrderedDict[Revision, Scenario] = OrderedDict()
        self._reading = asyncio.Lock()

    async def get(self, revision: Revision) -> Scenario:
        """The scenario of a revision.

        Raises:
            ScenarioNotFound: no run ever used this revision.
            ScenarioInvalid: this version of Callsheet cannot read the stored document.
        """
        scenario = self._parsed.get(revision)
        return await self._read(revision) if scenario is None else scenario

    async def _read(self, revision: Revision) -> Scenario:
        async with self._reading:  # a service may begin with thousands of runs of one revision
            scenario = self._parsed.get(revision)
            if scenario is None:
                document = await self._journal.definition(revision)
                # Beside the event loop: thousands of expressions, which a document has room for, take a second.
                scenario = self._parsed[revision] = await asyncio.to_thread(parse_pinned, revision, document)
                if len(self._parsed) > _KEPT:
                    self._parsed.popitem(last=False)
        return scenario


async def read_stored(document: bytes) -> tuple[JsonObject, Scenario] | None:
    """A document that the journal holds, and the scenario in it; None when this version of Callsheet cannot read it.

    Beside the event loop: a document has room for thousands of expressions.
    """
    return await asyncio.to_thread(_read_stored, document)


def _read_stored(document: bytes) -> tuple[JsonObject, Scenario] | None:
    try:
        value = decode_json(document)
    except DocumentInvalid:
        return None
    scenario = parse_scenario(value).scenario
    return None if scenario is None or not is_object(value) else (value, scenario)


def parse_pinned(revision: Revision, document: bytes) -> Scenario:
    """The scenario in a document that the journal holds.

    Raises:
        ScenarioInvalid: this version of Callsheet cannot read the stored document.
    """
    try:
        parsed = parse_scenario(decode_json(document))
    except DocumentInvalid as exc:
        raise ScenarioInvalid(f"The stored revision {revision} of the scenario is damaged. {exc}") from exc
    if parsed.scenario is None:
        problem = parsed.diagnostics[0]
        raise ScenarioInvalid(
            f"This version of Callsheet cannot read revision {revision} of the scenario, at {problem.pointer}: "
            f"{problem.message}"
        )
    return parsed.scenario
