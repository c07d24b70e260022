"""What a client keeps for us between its requests: a run's id, sealed, so that any process with the key goes on."""

from typing import Final

from callsheet.errors.secrets import DecryptionFailed
from callsheet.runs.events import RunId
from callsheet.runs.ports import Cipher

_STATE: Final = "mcp.state"
_TASK: Final = "mcp.task"


class Seals:
    """Makes and opens tokens.

    Args:
        cipher: has the key that all processes share.
    """

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def state(self, run_id: RunId) -> str:
        """A `requestState` that names the run."""
        return self._cipher.encrypt(run_id, _STATE)

    def task(self, run_id: RunId) -> str:
        """A `taskId` that names the run."""
        return self._cipher.encrypt(run_id, _TASK)

    def run_of_state(self, token: str) -> RunId | None:
        """The run that a `requestState` names; None when it is none of ours."""
        return self._open(token, _STATE)

    def run_of_task(self, token: str) -> RunId | None:
        """The run that a `taskId` names; None when it is none of ours."""
        return self._open(token, _TASK)

    def _open(self, token: str, purpose: str) -> RunId | None:
        try:
            return RunId(self._cipher.decrypt(token, purpose))
        except DecryptionFailed:
            return None
