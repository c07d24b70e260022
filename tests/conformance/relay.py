"""`python relay.py FILE COMMAND …`: runs a command, and writes what goes in and what comes out of it to the file."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import IO


def copy(source: IO[bytes], target: IO[bytes], log: IO[bytes]) -> None:
    for line in source:
        log.write(line)
        target.write(line)
        target.flush()
    target.close()


def main(file: str, command: list[str]) -> int:
    with (
        Path(file).open("ab", buffering=0) as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        threading.Thread(target=copy, args=(sys.stdin.buffer, process.stdin, log), daemon=True).start()
        copy(process.stdout, sys.stdout.buffer, log)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
