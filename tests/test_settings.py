"""Where settings come from, and what is said when one is wrong."""

from pathlib import Path

import pytest

from callsheet.errors.service import ConfigurationInvalid
from callsheet.settings import LISTS, Settings, load_settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "HOST", "DATA", "SCENARIOS", "MCP", "PROT", "ALLOWED_HOSTS"):
        monkeypatch.delenv(f"CALLSHEET_{name}", raising=False)


def test_paths_are_relative_to_the_folder(tmp_path: Path) -> None:
    settings = load_settings(folder=tmp_path)
    assert (settings.data, settings.scenarios, settings.mcp) == (
        tmp_path / ".callsheet",
        tmp_path / "scenarios",
        tmp_path / "mcp.json",
    )


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "callsheet.toml").write_text('port = 1\nhost = "::1"\nmax_concurrent_runs = 7\n', encoding="utf-8")
    monkeypatch.setenv("CALLSHEET_PORT", "2")
    monkeypatch.setenv("CALLSHEET_HOST", "localhost")
    monkeypatch.setenv("CALLSHEET_ALLOWED_HOSTS", "a.example, b.example")
    settings = load_settings({"port": 3, "host": None}, folder=tmp_path)
    assert (settings.port, settings.host, settings.max_concurrent_runs) == (3, "localhost", 7)
    assert settings.allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("prot = 1", r"There is no setting 'prot' \(from callsheet.toml\). Did you mean 'port'\?"),
        ("port = 70000", r"The setting 'port' \(from callsheet.toml\) cannot be 70000"),
        ("port = ", "is not TOML"),
        ('auth = "yes"', r"The setting 'auth' \(from callsheet.toml\) cannot be 'yes'. There are: off, on\."),
        ('public_url = "cs.example"', "cannot be 'cs.example'; one such as https://callsheet.example can"),
        ('allowed_hosts = ["https://cs.example"]', "cannot be 'https://cs.example'; one such as callsheet.example can"),
        ('trusted_proxies = ["proxy"]', "cannot be 'proxy'; one such as 10.0.0.0/8 can"),
        ('key_rate = "fast"', "cannot be 'fast'; one such as 1200/minute can"),
        ('mcp = "nowhere.json"', "The setting 'mcp' names .*nowhere.json, which does not exist"),
    ],
)
def test_a_wrong_setting_is_named_with_where_it_came_from(tmp_path: Path, toml: str, sentence: str) -> None:
    (tmp_path / "callsheet.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=sentence):
        load_settings(folder=tmp_path)


def test_each_setting_with_a_form_has_an_example_of_it() -> None:
    for name, field in Settings.model_fields.items():
        if "pattern" in repr(field) or "Validator" in repr(field):
            with pytest.raises(ConfigurationInvalid, match=f"'{name}' .* one such as .* can"):
                load_settings({name: ("é",) if name in LISTS else "é"})


def test_the_public_address_names_a_host(tmp_path: Path) -> None:
    given = {"public_url": "https://callsheet.example:8443", "allowed_hosts": ("other.example",)}
    assert load_settings(given, folder=tmp_path).hosts == ("other.example", "callsheet.example:8443")
    assert load_settings(folder=tmp_path).hosts == ()


def test_an_empty_variable_names_no_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLSHEET_ALLOWED_HOSTS", "")
    assert load_settings(folder=tmp_path).hosts == ()


def test_a_wrong_variable_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLSHEET_PROT", "1")
    with pytest.raises(ConfigurationInvalid, match="from the environment"):
        load_settings(folder=tmp_path)


def test_what_builds_the_web_ui_and_tests_it_is_no_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CALLSHEET_UI", "CALLSHEET_CHROMIUM", "CALLSHEET_URL"):
        monkeypatch.setenv(name, "skip")
    load_settings(folder=tmp_path)
    monkeypatch.setenv("CALLSHEET_UI_", "skip")
    with pytest.raises(ConfigurationInvalid, match="There is no setting 'ui_'"):
        load_settings(folder=tmp_path)


def test_a_table_of_the_file_and_the_environment_name_the_same_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "callsheet.toml").write_text("[retention]\ndays = 30\nfailed_days = 90\n", encoding="utf-8")
    monkeypatch.setenv("CALLSHEET_RETENTION_DAYS", "7")
    settings = load_settings(folder=tmp_path)
    assert (settings.retention_days, settings.retention_failed_days, settings.retention_success_days) == (7, 90, None)
    assert settings.retention == {"success": 7, "failed": 90, "cancelled": 7}


def test_runs_are_kept_for_ever_unless_somebody_says_how_long(tmp_path: Path) -> None:
    assert load_settings(folder=tmp_path).retention == {}


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("[retention]\nday = 3\n", "There is no setting 'retention_day' .from callsheet.toml.. Did you mean"),
        ("[retention]\ndays = 0\n", "The setting 'retention_days' .from callsheet.toml. cannot be 0"),
        ("retention = 3\n", "There is no setting 'retention'"),
    ],
)
def test_a_fault_in_a_table_is_a_sentence(tmp_path: Path, toml: str, sentence: str) -> None:
    (tmp_path / "callsheet.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=sentence):
        load_settings(folder=tmp_path)
