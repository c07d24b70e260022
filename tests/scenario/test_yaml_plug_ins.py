"""Reading a text touches nothing but the text."""

from pathlib import Path

import pytest

from callsheet.scenario.formatting import format_document
from callsheet.scenario.source import Syntax, read_source


@pytest.mark.parametrize("text", [b"%YAML 1.2\n---\na: 1\n", b"a: [1, 2]\n"])
def test_the_library_looks_for_no_plug_ins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: bytes) -> None:
    # Where there is one, it would be imported.
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__plug_in__.py").write_text("raise SystemExit('imported')")
    monkeypatch.setattr("ruamel.yaml.main.__file__", str(tmp_path / "main.py"))
    assert read_source(text, Syntax.YAML).document is not None
    format_document(text, Syntax.YAML)
