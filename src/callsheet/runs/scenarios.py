"""The scenarios of runs at work: a run goes on with the revision that it began with."""

from collections import OrderedDict
from typing import Final

from callsheet.runs.events import Revision
from callsheet.runs.ports import Journal
from callsheet.scenario.codec import decode_json
from callsheet.scenario.model import Scenario
from callsheet.scenario.parse import parse_scenario

_KEPT: Final = 256


class PinnedScenarios:
    """Reads revisions from the journal and keeps the last 256 parsed ones."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._parsed: OrderedDict[Revision, Scenario] = OrderedDict()

    async def get(self, revision: Revision) -> Scenario:
        """The scenario of a revision.

        Raises:
            ScenarioNotFound: no run ever used this revision.
            ValueError: the stored document cannot be read by this version of Callsheet.
        """
        scenario = self._parsed.get(revision)
        if scenario is None:
            parsed = parse_scenario(decode_json(await self._journal.definition(revision)))
            if parsed.scenario is None:
                raise ValueError(f"Revision {revision} cannot be read: {parsed.diagnostics[0].message}")
            scenario = self._parsed[revision] = parsed.scenario
            if len(self._parsed) > _KEPT:
                self._parsed.popitem(last=False)
        return scenario
