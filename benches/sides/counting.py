"""A tool server without an SDK whose calls never end: it only counts them, a byte of a file for each that arrives.

python -m benches.sides.counting FILE
"""

import os
import sys
from argparse import Namespace

from tests.support.servers.raw import Message, Server


class Counting(Server):
    """The raw server of the tests, with a file that grows by one byte with every call."""

    def __init__(self, file: str) -> None:
        super().__init__(Namespace(legacy=False, list=None, ledger=None, name="here"))
        self._count = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def call(self, message: Message, name: str, arguments: Message) -> list[bytes]:
        """Count `tools/call`, and never answer it."""
        os.write(self._count, b".")
        return []


if __name__ == "__main__":
    Counting(sys.argv[1]).serve()
