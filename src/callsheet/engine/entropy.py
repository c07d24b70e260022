"""The machine's randomness."""

import random
import secrets
import time
import uuid

from callsheet.runs.events import RunId


class SystemEntropy:
    """The `Entropy` port over the operating system."""

    def run_id(self) -> RunId:
        """A UUID of version 7 (RFC 9562, section 5.7): ids grow with time, so the journal's index stays compact."""
        moment = time.time_ns() // 1_000_000
        value = (moment << 80) | secrets.randbits(80)
        value = value & ~(0xF << 76) | (0x7 << 76)
        value = value & ~(0x3 << 62) | (0x2 << 62)
        return RunId(str(uuid.UUID(int=value)))

    def random_bytes(self, count: int) -> bytes:
        """`count` bytes that nobody can guess, for keys and tokens."""
        return secrets.token_bytes(count)

    def jitter(self) -> float:
        """A number from 0 to 1."""
        return random.random()  # noqa: S311 - spreads retries, guards nothing
