"""`make audit` bites: on what is bad, on what nobody knows anything of, and where nobody can be asked."""

import json
from pathlib import Path

import pytest

from audit.npm_packages import audit_npm
from audit.places import AuditFailed
from audit.python_packages import LOCKS, audit_python
from audit.sboms import make_sboms, write_sboms
from audit.workflows import audit_workflows
from tests.supply_chain.services import Known, services

ROOT = Path(__file__).parents[2]
CANARIES = {"urllib3 1.24.1"}
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock of two packages."""
    file = tmp_path / "some.lock"
    lines = [f"{name}==1.0 \\\n    --hash=sha256:{'0' * 64}\n" for name in ("good", "other")]
    file.write_text("".join(lines), encoding="utf-8")
    return file


@pytest.fixture
def npm_folder(tmp_path: Path) -> Path:
    """A folder with a lock of one npm package."""
    packages = {"": {"name": "x", "version": "0.0.0", "dependencies": {"good": "1.0.0"}}}
    lock = {"name": "x", "version": "0.0.0", "lockfileVersion": 3, "packages": packages}
    packages["node_modules/good"] = {"version": "1.0.0"}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    (tmp_path / "package.json").write_text(json.dumps(packages[""]), encoding="utf-8")
    return tmp_path


# Python


def test_a_lock_without_anything_bad_passes_and_every_package_was_looked_up(lock: Path) -> None:
    known = Known(bad=set(CANARIES))
    with services(known) as url:
        assert audit_python([lock], osv_url=url).startswith("2 Python packages of 1 lock files")
    assert sorted(known.asked) == ["good 1.0", "other 1.0", "urllib3 1.24.1"]


def test_a_package_with_a_vulnerability_fails(lock: Path) -> None:
    with (
        services(Known(bad={*CANARIES, "other 1.0"})) as url,
        pytest.raises(AuditFailed, match=r"other 1\.0: TEST-other \(some\.lock\)"),
    ):
        audit_python([lock], osv_url=url)


def test_a_service_that_knows_nothing_fails_for_the_canary_passes(lock: Path) -> None:
    with services(Known()) as url, pytest.raises(AuditFailed, match="The canary passed"):
        audit_python([lock], osv_url=url)


def test_a_service_that_cannot_be_reached_fails_and_says_that_this_is_no_pass(lock: Path) -> None:
    with pytest.raises(AuditFailed, match=r"could not be asked: .*[Cc]onnection.*This is no pass"):
        audit_python([lock], osv_url=NOWHERE)


def test_a_service_that_answers_with_an_error_fails(lock: Path) -> None:
    with services(Known(bad=set(CANARIES), broken=True)) as url, pytest.raises(AuditFailed, match="could not be asked"):
        audit_python([lock], osv_url=url)


def test_a_lock_without_hashes_or_packages_fails(tmp_path: Path) -> None:
    for text in ("good==1.0\n", "", "good>=1.0\n"):
        (tmp_path / "some.lock").write_text(text, encoding="utf-8")
        with services(Known(bad=set(CANARIES))) as url, pytest.raises(AuditFailed):
            audit_python([tmp_path / "some.lock"], osv_url=url)


def test_every_lock_of_the_root_is_audited() -> None:
    assert sorted(LOCKS) == sorted(path.name for path in ROOT.glob("*.lock"))


# npm


def test_npm_packages_without_anything_bad_pass(npm_folder: Path) -> None:
    known = Known(bad_npm={"minimist"})
    with services(known) as url:
        assert "no known vulnerability" in audit_npm(npm_folder, registry=url)
    assert known.asked == ["minimist", "good"]


def test_an_npm_package_with_a_vulnerability_fails(npm_folder: Path) -> None:
    with services(Known(bad_npm={"minimist", "good"})) as url, pytest.raises(AuditFailed, match=r"good \(high\)"):
        audit_npm(npm_folder, registry=url)


def test_a_registry_that_knows_nothing_fails_for_the_canary_passes(npm_folder: Path) -> None:
    with services(Known()) as url, pytest.raises(AuditFailed, match="The canary passed"):
        audit_npm(npm_folder, registry=url)


@pytest.mark.parametrize("broken", [True, False])
def test_a_registry_that_cannot_be_asked_fails(npm_folder: Path, broken: bool) -> None:
    with services(Known(broken=True)) as url, pytest.raises(AuditFailed, match="This is no pass"):
        audit_npm(npm_folder, registry=url if broken else NOWHERE)


# workflows


def test_a_workflow_with_a_fault_fails_and_none_is_said(tmp_path: Path) -> None:
    assert "There are no GitHub workflows" in audit_workflows(tmp_path / "none")
    good = (
        "on: push\npermissions: {}\njobs:\n  x:\n    name: x\n    runs-on: ubuntu-24.04\n    steps: [{run: 'true'}]\n"
    )
    (tmp_path / "ci.yml").write_text(f"name: ci\n{good}", encoding="utf-8")
    assert "nothing wrong" in audit_workflows(tmp_path)
    (tmp_path / "ci.yml").write_text(
        f"name: ci\n{good.replace('true', 'echo ${{ github.head_ref }}')}", encoding="utf-8"
    )
    with pytest.raises(AuditFailed, match="template-injection"):
        audit_workflows(tmp_path)


def test_a_canary_that_passes_fails(tmp_path: Path) -> None:
    (tmp_path / "ok.yml").write_text(
        "name: ok\non: push\npermissions: {}\njobs:\n  x:\n    runs-on: ubuntu-24.04\n    steps: [{run: 'true'}]\n",
        encoding="utf-8",
    )
    with pytest.raises(AuditFailed, match="The canary passed"):
        audit_workflows(tmp_path / "none", canary=tmp_path / "ok.yml")


# SBOMs


@pytest.mark.timeout(240)  # to check one against CycloneDX's schema takes 5 s of a processor
def test_the_sboms_name_every_locked_package_and_are_the_same_every_time(tmp_path: Path) -> None:
    assert "both are valid" in write_sboms(tmp_path / "first")
    files = make_sboms(tmp_path / "second")
    texts = [file.read_bytes() for file in files]
    assert texts == [(tmp_path / "first" / file.name).read_bytes() for file in files]
    python, ui = (json.loads(text) for text in texts)
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert len(python["components"]) == len([line for line in lines if line[:1].isalnum()])
    assert python["metadata"]["component"]["name"] == "callsheet"
    assert {"react", "yaml"} <= {each["name"] for each in ui["components"]}
