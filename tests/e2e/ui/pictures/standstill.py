"""`callsheet serve` at one moment for ever: nothing that its journal has unfinished goes on, no schedule fires.

    python standstill.py --folder FOLDER --port 0

What the service shows is then the same whenever it is looked at: a picture can be taken again.
"""

import os
import sys
from datetime import UTC, datetime
from functools import partial
from typing import Any

from callsheet.__main__ import main
from callsheet.cli import serving
from callsheet.engine.clock import SystemClock
from callsheet.system import open_system
from callsheet.tools import member

MOMENT = datetime(2026, 3, 17, 9, 42, 11, tzinfo=UTC)


class _Still(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> "datetime":
        return MOMENT


def stand_still() -> None:
    """Let everything that this process asks for the time hear the same, and leave the runs of others alone."""
    # Names are replaced, in this process alone: no setting may stop the product's clock or leave its runs undone.
    SystemClock.now = lambda self: MOMENT
    member.datetime = _Still  # pyright: ignore[reportPrivateImportUsage]: see above
    serving.open_system = partial(open_system, resume=False)  # pyright: ignore[reportPrivateImportUsage]: see above


if __name__ == "__main__":
    stand_still()
    os.environ["CALLSHEET_SECRET_NEWSROOM"] = "the secret of nothing but pictures"
    sys.argv[1:1] = ["serve"]
    main()
