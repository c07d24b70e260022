"""Texts of documents, in both syntaxes: decoded, or said why not and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.model import MAX_DOCUMENT_BYTES
from callsheet.scenario.source import Syntax, read_source
from tests.support.json_values import QUICK


@pytest.mark.parametrize(
    ("data", "syntax", "pointer", "line", "column"),
    [
        (b'{\n "a": 1,\n "a": 2}', Syntax.JSON, "/a", 3, 2),
        (b'{\n "a": [\n  NaN]}', Syntax.JSON, "/a/0", 3, 3),
        (b'{\n "a" 1}', Syntax.JSON, "", 2, 6),
        (b"a: 1\na: 2\n", Syntax.YAML, "", 2, 1),
        (b"a: 1\n\xff", Syntax.YAML, "", 2, 1),
        (b"", Syntax.JSON, "", 1, 1),
        (b" " * (MAX_DOCUMENT_BYTES + 1), Syntax.JSON, "", 1, 1),
        (b"#" * (MAX_DOCUMENT_BYTES + 1), Syntax.YAML, "", 1, 1),
    ],
)
def test_what_cannot_be_decoded_is_one_diagnostic_with_a_place(
    data: bytes, syntax: Syntax, pointer: str, line: int, column: int
) -> None:
    source = read_source(data, syntax)
    (found,) = source.diagnostics
    assert source.document is None
    assert (found.code, found.pointer, found.line, found.column) == ("E100", pointer, line, column)


def test_diagnostics_are_put_in_the_order_of_the_text() -> None:
    source = read_source(b"a: 1\nb:\n  - 2\n  - 3\n", Syntax.YAML)
    found = source.locate(Diagnostic(code="E100", pointer=pointer, message="") for pointer in ("/b/1", "/b/0/x", "/a"))
    places = [(each.pointer, each.line, each.column) for each in found]
    assert places == [("/a", 1, 1), ("/b/0/x", 3, 5), ("/b/1", 4, 5)]


@QUICK
@given(st.binary(max_size=200), st.sampled_from(Syntax))
def test_any_bytes_have_a_document_or_a_diagnostic(data: bytes, syntax: Syntax) -> None:
    source = read_source(data, syntax)
    assert source.document is None or not source.diagnostics
    assert all(each.line >= 1 and each.message.endswith(".") for each in source.diagnostics)
