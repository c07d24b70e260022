"""When a schedule fires: five fields of cron in a time zone, as moments in UTC.

The calendar is cronsim's, asked for local times without a zone. What becomes of a local time on a day when the clocks
change is decided here, as Debian's cron does:

* of a fixed time (neither minutes nor hours begin with `*`) each day has one: one that is skipped fires right after the
  gap, one that comes twice fires the first time;
* everything else follows real time: what is skipped does not fire, what comes twice fires twice.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_MAX_CRON: Final = 200
_MAX_ZONE: Final = 64
_FIELDS: Final = 5
_MINUTE: Final = timedelta(minutes=1)
_LONGEST_REPEAT: Final = timedelta(hours=3)
"""More than any zone puts its clocks back: what comes for the second time after a moment begins less before it."""

_SOME_DAY: Final = datetime(2024, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """When something fires. Made of texts that `check_cron` and `zone_of` have accepted.

    Attributes:
        fields: minute, hour, day of the month, month, day of the week.
        timezone: an IANA name.
    """

    fields: str
    timezone: str

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Every slot later than `moment`, in order and in UTC; ends when there is none for fifty years."""
        zone, last = zone_of(self.timezone), moment
        ahead: list[datetime] = []
        start = (moment.astimezone(zone) - _LONGEST_REPEAT).replace(tzinfo=None, fold=0)
        for local in CronSim(self.fields, start):
            first = local.replace(tzinfo=zone).astimezone(UTC)
            # A time that comes twice has its second moment after the first ones of later times.
            while ahead and ahead[0] < first:
                if (slot := heapq.heappop(ahead)) > last:
                    last = slot
                    yield slot
            for slot in self._moments(local, zone):
                heapq.heappush(ahead, slot)
        while ahead:
            if (slot := heapq.heappop(ahead)) > last:
                last = slot
                yield slot

    def _moments(self, local: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """When the clocks of the zone show `local`: once, twice or never."""
        if not self._is_fixed():
            yield from _shown(local, zone)
            return
        while (slot := next(_shown(local, zone), None)) is None:
            local += _MINUTE
        yield slot

    def _is_fixed(self) -> bool:
        minutes, hours, *_ = self.fields.split()
        return not minutes.startswith("*") and not hours.startswith("*")


def check_cron(fields: str) -> str:
    """Return `fields` when they are cron's.

    Raises:
        ValueError: with a sentence.
    """
    if len(fields) > _MAX_CRON:
        raise ValueError(f"it has more than {_MAX_CRON} characters")
    if len(fields.split()) != _FIELDS:
        raise ValueError(
            "it takes five fields (minute, hour, day of the month, month, day of the week), such as '30 6 * * MON-FRI'"
        )
    try:
        first = next(CronSim(fields, _SOME_DAY), None)
    except (CronSimError, ValueError, AssertionError) as exc:
        raise ValueError(f"{str(exc) or 'it cannot be read'} in '{fields}'") from None
    if first is None:
        raise ValueError(f"'{fields}' never comes within fifty years")
    return fields


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        ValueError: there is none; a sentence.
    """
    if len(name) <= _MAX_ZONE and name.isascii() and not name.startswith("."):
        try:
            return ZoneInfo(name)
        except (LookupError, OSError, ValueError):
            pass
    raise ValueError(f"'{name[:_MAX_ZONE]}' is no time zone; it takes a name such as 'Europe/Berlin' or 'UTC'")


def _shown(local: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    seen: datetime | None = None
    for fold in (0, 1):
        moment = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if moment != seen and moment.astimezone(zone).replace(tzinfo=None, fold=0) == local.replace(fold=0):
            seen = moment
            yield moment
