"""Guessing credentials: from one address, only so many may be wrong."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Self, TypeVar

from callsheet.access.keys import digest_of
from callsheet.access.rates import Limiter, Rate
from callsheet.errors.access import CredentialInvalid, TooManyGuesses

_T = TypeVar("_T")

MAX_PROVEN: Final = 10_000
"""Credentials that are remembered as good, and wrong ones as counted."""


class Guesses:
    """Lets nobody try credentials for long. Over the rate no store is asked for a credential that comes from there.

    Many people may share one address, and one of them must not keep the others out. So a credential that was good
    once, in this process, is looked up as ever, whatever else comes from its address; only who comes with one for the
    first time has to wait. And the same wrong credential counts once, however often it is sent: a browser with a cookie
    of yesterday guesses nothing.

    Args:
        rate: how many wrong ones may come from one address; None where nobody is counted.
        seconds: a clock that does not jump.
    """

    def __init__(self, rate: Rate | None, seconds: Callable[[], float]) -> None:
        self._limiter = None if rate is None else Limiter(rate)
        self._seconds = seconds
        self._proven: OrderedDict[str, None] = OrderedDict()
        self._counted: OrderedDict[str, None] = OrderedDict()

    @classmethod
    def unlimited(cls) -> Self:
        """Counts nobody."""
        return cls(None, _no_time)

    async def check(self, source: str, credential: str, ask: Callable[[], Awaitable[_T]]) -> _T:
        """What `ask` says of a credential; only its `CredentialInvalid` counts.

        Args:
            source: the address from which it came.
            credential: a key, a token, or whatever else can be guessed; kept as a digest alone.
            ask: looks it up.

        Raises:
            TooManyGuesses: too many wrong ones came from there; nobody was asked.
        """
        if self._limiter is None:
            return await ask()
        digest = digest_of(credential)
        if digest not in self._proven and (wait := self._limiter.wait(source, self._seconds())) > 0:
            raise TooManyGuesses(wait)
        try:
            found = await ask()
        except CredentialInvalid:
            self._proven.pop(digest, None)
            if digest not in self._counted:
                self._limiter.take(source, self._seconds())
                _remember(self._counted, digest)
            raise
        _remember(self._proven, digest)
        return found


def _no_time() -> float:
    return 0.0


def _remember(names: OrderedDict[str, None], name: str) -> None:
    names[name] = None
    names.move_to_end(name)
    if len(names) > MAX_PROVEN:
        names.popitem(last=False)
