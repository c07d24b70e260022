"""What one process tells the others after a commit, over NOTIFY: text of a few kilobytes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import orjson

from callsheet.runs.events import RunId

CHANNEL: Final = "callsheet_journal"

_RUNS_PER_TEXT: Final = 120
"""Of an id and a number each: a NOTIFY takes less than 8,000 bytes."""
_MAX_ID: Final = 40
"""A longer id is left to the polling; those of Callsheet have 36 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened to runs.

    Attributes:
        appended: the last seq of those that were appended to.
        turned: those that are new, or whose status may be another one.
        stirred: those that got a message or shall be cancelled.
        removed: those that are not there any more.
    """

    appended: Mapping[RunId, int] = field(default_factory=dict[RunId, int])
    turned: frozenset[RunId] = frozenset()
    stirred: frozenset[RunId] = frozenset()
    removed: frozenset[RunId] = frozenset()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.appended or self.turned or self.stirred or self.removed)


def texts(news: News) -> Iterator[str]:
    """The payloads that tell `news`, each short enough for one NOTIFY."""
    told = [(run_id, seq, "a") for run_id, seq in news.appended.items()]
    told += [(run_id, 0, "t") for run_id in sorted(news.turned)]
    told += [(run_id, 0, "s") for run_id in sorted(news.stirred)]
    told += [(run_id, 0, "r") for run_id in sorted(news.removed)]
    remaining = iter([each for each in told if len(each[0].encode()) <= _MAX_ID])
    while part := list(islice(remaining, _RUNS_PER_TEXT)):
        yield orjson.dumps(
            {
                "a": {run_id: seq for run_id, seq, kind in part if kind == "a"},
                "t": [run_id for run_id, _, kind in part if kind == "t"],
                "s": [run_id for run_id, _, kind in part if kind == "s"],
                "r": [run_id for run_id, _, kind in part if kind == "r"],
            }
        ).decode()


def read_news(text: str) -> News:
    """The news that a payload tells; none at all when something else is in it, for any client may notify.

    Fields may be missing, or be more: another release of Callsheet may have written it.
    """
    try:
        told: Any = orjson.loads(text)
        return News(
            appended={RunId(str(run_id)): int(seq) for run_id, seq in told.get("a", {}).items()},
            turned=_ids(told.get("t", ())),
            stirred=_ids(told.get("s", ())),
            removed=_ids(told.get("r", ())),
        )
    except (ValueError, TypeError, AttributeError):
        return News()


def _ids(told: Any) -> frozenset[RunId]:
    return frozenset(RunId(str(run_id)) for run_id in told)
