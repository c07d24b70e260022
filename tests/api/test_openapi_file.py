"""The OpenAPI document in `ui/`, from which the web UI's client is generated, is the API's own."""

from pathlib import Path

from callsheet.api.openapi import openapi_text

FILE = Path(__file__).parents[2] / "ui/openapi.json"


def test_the_document_that_the_ui_is_built_from_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == openapi_text(), "run: make api"
