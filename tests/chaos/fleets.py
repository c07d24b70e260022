"""The fleets that there are, by their names."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeAlias

from tests.chaos.fleet import Fleet, sqlite_fleet
from tests.chaos.postgres_fleet import postgres_fleet

OpenFleet: TypeAlias = Callable[[Path, Path], AbstractAsyncContextManager[Fleet]]
"""Opens a fleet of which no process runs yet: in a folder, with the ledger of its tools."""

FLEETS: dict[str, OpenFleet] = {"sqlite": sqlite_fleet, "postgres": postgres_fleet}
