"""The machine's clock."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime


class SystemClock:
    """The `Clock` port over the operating system and the running event loop."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Come back after `seconds`."""
        await asyncio.sleep(seconds)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after `seconds`, unless the function returned here is called before."""
        return asyncio.get_running_loop().call_later(seconds, callback).cancel
