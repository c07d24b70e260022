"""Enforcing `callsheet.lock`: a tool that is not what somebody looked at is refused, or said, as the operator wants.

A tool server can change what a tool is called for, and by whom it is believed, between two calls ("rug pull"). So every
tool is compared with its lock once per definition; a call costs a look into a dictionary.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from loguru import logger

from callsheet.errors.service import ConfigurationInvalid
from callsheet.errors.tools import DefinitionChanged
from callsheet.lint.drift import Drift, DriftKind, drift
from callsheet.lint.signatures import Signatures, ToolSignature
from callsheet.runs.tools import LockPolicy, ToolInfo
from callsheet.tools.lockfile import read_lockfile, signature_of

_TO_DO: Final = "Look at it, then write the lock anew with 'callsheet lock'."
_NEVER_LOCKED: Final = f"{_TO_DO[:-1]}, or with 'callsheet lock --all' when no scenario calls it."


class Lock:
    """The lockfile, read when it is first wanted and again when it changed on disk.

    Attributes:
        generation: counts how often it was read; 0 before the first time.
        signatures: what is locked; None when there is no file, or it cannot be used.
        problem: why it cannot be used; None when it can, or is not there.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._reading = asyncio.Lock()
        self.generation = 0
        self.signatures: Signatures | None = None
        self.problem: str | None = None

    async def look(self, *, again: bool = True) -> None:
        """See to it that what is known is what the file says now; without `again`, what it said some time."""
        async with self._reading:
            if self.generation and not again:
                return
            seen = await asyncio.to_thread(self._state)
            if self.generation and seen == self._seen:
                return
            self._seen = seen
            self.signatures, self.problem = await asyncio.to_thread(self._read)
            self.generation += 1
        if self.problem is not None:  # with `warn` nothing else would tell that nothing is compared
            logger.warning("No tool is compared with its lock: {}", self.problem)

    def _state(self) -> tuple[int, int] | None:
        try:
            found = None if self._path is None else self._path.stat()
        except OSError:
            return None
        return None if found is None else (found.st_mtime_ns, found.st_size)

    def _read(self) -> tuple[Signatures | None, str | None]:
        if self._path is None or not self._path.exists():
            return None, None
        try:
            return read_lockfile(self._path), None
        except ConfigurationInvalid as exc:
            return None, exc.message


class Guard:
    """Compares the tools of one server with the lock, and lets them pass or not."""

    def __init__(self, server: str, policy: LockPolicy, lock: Lock) -> None:
        self._server = server
        self._policy: LockPolicy = policy
        self._lock = lock
        self._verdicts: dict[str, tuple[ToolInfo, int, Drift | None]] = {}
        self._said: set[tuple[str, int]] = set()

    async def admit(self, tool: ToolInfo) -> None:
        """Return when `tool` may be called.

        Raises:
            DefinitionChanged: it is not what was locked, and the operator wants such a tool to be refused.
        """
        if self._policy == "off":
            return
        if not self._lock.generation:  # a service may begin with thousands of calls, and one of them reads
            await self._lock.look(again=False)
        verdict = self._verdict(tool)
        if verdict is None:
            return
        if self._policy == "warn":
            self._say(verdict)
            return
        await self._lock.look()  # it may have been locked anew since
        if (verdict := self._verdict(tool)) is not None:
            raise DefinitionChanged(
                f"Tool {tool.name!r} of the tool server {self._server!r} is refused: {self._why(verdict)}",
                server=self._server,
                tool=tool.name,
                data={"changes": list(verdict.changes)},
            )

    async def drifts(self, tools: Iterable[ToolInfo]) -> tuple[Drift, ...]:
        """What of `tools`, which are all that the server has now, is not as it was locked."""
        if self._policy == "off":
            return ()
        await self._lock.look()
        offered = {tool.name: tool for tool in tools}
        found = [verdict for tool in offered.values() if (verdict := self._verdict(tool)) is not None]
        locked = self._lock.signatures or Signatures()
        gone = [
            Drift(server=self._server, tool=each.name, kind=DriftKind.REMOVED)
            for each in locked
            if each.server == self._server and each.name not in offered
        ]
        return (*(each for each in found if each.kind is DriftKind.CHANGED or self._policy == "strict"), *gone)

    async def locked(self, tool: str) -> ToolSignature | None:
        """The tool as it was locked, whatever the policy is; None when it was not."""
        await self._lock.look()
        return None if self._lock.signatures is None else self._lock.signatures.resolve((self._server, tool))

    def refused(self, tools: Iterable[ToolInfo]) -> tuple[Drift, ...]:
        """Those of `tools` that would be refused now, as far as that is known without reading anything."""
        if self._policy != "strict" or not self._lock.generation:
            return ()
        return tuple(verdict for tool in tools if (verdict := self._verdict(tool)) is not None)

    def _verdict(self, tool: ToolInfo) -> Drift | None:
        known = self._verdicts.get(tool.name)
        if known is not None and known[0] is tool and known[1] == self._lock.generation:
            return known[2]
        locked = self._lock.signatures or Signatures()
        found = drift(locked, Signatures([signature_of(tool)]), [(self._server, tool.name)])
        verdict = found[0] if found else None
        self._verdicts[tool.name] = (tool, self._lock.generation, verdict)
        return verdict

    def _say(self, verdict: Drift) -> None:
        """Say once what changed; that a tool was never locked is nothing to speak of."""
        said = (verdict.tool, self._lock.generation)
        if verdict.kind is DriftKind.CHANGED and said not in self._said:
            self._said.add(said)
            logger.warning("{} {}", verdict.text(), _TO_DO)

    def _why(self, verdict: Drift) -> str:
        if self._lock.problem is not None:
            return f"{self._lock.problem}"
        if self._lock.signatures is None:
            return "there is no lock, without which its server is not used (lock: strict). 'callsheet lock' writes it."
        to_do = _NEVER_LOCKED if verdict.kind is DriftKind.ADDED else _TO_DO
        return f"it is not what was locked (lock: strict).\n{verdict.text()}\n{to_do}"
