"""What executors of steps without effects have in common: there is nothing that a crash could leave unknown."""

from typing import Any

from callsheet.runs.executor import Resumption
from callsheet.runs.scope import Scope
from callsheet.scenario.json import Json


class PureExecutor:
    """The answers of a step that only evaluates, waits, or runs other steps."""

    keeps_time = False

    async def prepare(self, step: Any, scope: Scope) -> Json:
        """Nothing."""
        return None

    def resumption(self, step: Any) -> Resumption:
        """Goes on."""
        return Resumption.GO_ON
