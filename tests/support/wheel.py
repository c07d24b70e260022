"""The wheel of this checkout, built and installed once for all processes of a test run.

Tests of the web UI drive what users get: the package out of the wheel with the UI that was built into it, never the
sources beside them. The dependencies are those of this environment, which come from the lock.
"""

import fcntl
import os
import subprocess
import sys
import sysconfig
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.service import ROOT

BUILD_SECONDS = 300.0
"""Of a wheel whose UI is not built yet; of one whose UI is, a second."""


def built(folder: Path) -> tuple[Path, Path]:
    """The sdist and the wheel, in `folder`."""
    with _once(folder, "built") as needed:
        if needed:
            hatchling(ROOT, "build", "-t", "sdist", "-t", "wheel", "-d", str(folder))
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def installed(folder: Path) -> Path:
    """The command `callsheet` of an environment where the wheel is installed, in `folder`."""
    home = folder / "environment"
    _, wheel = built(folder)
    with _once(folder, "installed") as needed:
        if needed:
            run(sys.executable, "-m", "venv", "--without-pip", str(home))
            pip = (sys.executable, "-m", "pip", "--python", str(home))
            run(*pip, "install", "--no-deps", "--no-index", "--disable-pip-version-check", "--quiet", str(wheel))
            # Behind its own packages. Our own .pth files are not read there: callsheet comes from the wheel alone.
            (packages,) = home.glob("lib/python*/site-packages")
            (packages / "locked.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return home / "bin" / "callsheet"


def hatchling(folder: Path, *words: str) -> str:
    """What the build backend says; nothing is installed for it."""
    return run(sys.executable, "-m", "hatchling", *words, folder=folder)


def run(*command: str, folder: Path = ROOT) -> str:
    """What a command says, which has to succeed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CALLSHEET_", "PIP_"))}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=BUILD_SECONDS,
        text=True,
    )
    assert done.returncode == 0, f"{' '.join(_shown(command))} failed:\n{done.stdout}"
    return done.stdout


@contextmanager
def _once(folder: Path, what: str) -> Generator[bool]:
    """Whether this process has to do it: it holds the lock, and nobody has done it before."""
    folder.mkdir(exist_ok=True)
    done = folder / f".{what}"
    with (folder / f".{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()


def _shown(command: Sequence[str]) -> list[str]:
    return [Path(command[0]).name, *command[1:]]
