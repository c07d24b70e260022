"""A tool server without an SDK whose `echo` says when it answered, by the machine's clock, in nanoseconds.

python -m benches.sides.stamping
"""

import time
from argparse import Namespace

from tests.support.servers.raw import Message, Server, answer


class Stamping(Server):
    """The raw server of the tests, with a stamp in each result."""

    def call(self, message: Message, name: str, arguments: Message) -> list[bytes]:
        """Answer `tools/call`."""
        return [answer(message, {**arguments, "answered": time.time_ns()})]


if __name__ == "__main__":
    Stamping(Namespace(legacy=False, list=None, ledger=None, name="here")).serve()
