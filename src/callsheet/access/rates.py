"""How often a name may do something: the generic cell rate algorithm (ITU-T I.371), with one number per name."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, Self

from callsheet.errors.kinds import Invalid

MAX_NAMES: Final = 50_000
"""Names that are remembered; some 10 MB."""

_SECONDS: Final = {"second": 1.0, "minute": 60.0, "hour": 3600.0}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds: all of them may come at once, after that one each `seconds / count`."""

    count: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """A rate such as `1200/minute`.

        Raises:
            Invalid: it is none.
        """
        count, _, unit = text.partition("/")
        if unit not in _SECONDS or not count.isascii() or not count.isdigit() or int(count) == 0:
            raise Invalid(f"{text[:100]!r} is no rate. Write it as 1200/minute; there are second, minute and hour.")
        return cls(int(count), _SECONDS[unit])


class Limiter:
    """Counts for each name on its own, in one process.

    Of each name the moment is kept until which it has used up what it may. With too many names, those are forgotten
    that came longest ago: who sends from ever new addresses has a fresh allowance anyway, and costs no more memory.

    Args:
        rate: what each name may.
        max_names: how many are remembered.
    """

    def __init__(self, rate: Rate, max_names: int = MAX_NAMES) -> None:
        self._interval = rate.seconds / rate.count
        self._slack = rate.seconds - self._interval
        self._max_names = max_names
        self._used_until: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        """How many names are remembered."""
        return len(self._used_until)

    def take(self, name: str, now: float) -> float:
        """Take one of what `name` may: 0 when there was one, else the seconds until there is; nothing is taken then.

        Args:
            name: who.
            now: seconds of a clock that does not jump.
        """
        used_until = max(self._used_until.get(name, now), now)
        wait = used_until - now - self._slack
        if wait > 1e-9:
            return wait
        self._used_until[name] = used_until + self._interval
        self._used_until.move_to_end(name)
        if len(self._used_until) > self._max_names:
            self._used_until.popitem(last=False)
        return 0.0

    def wait(self, name: str, now: float) -> float:
        """The seconds until `name` may again, 0 for at once; takes nothing."""
        return max(self._used_until.get(name, now) - now - self._slack, 0.0)
