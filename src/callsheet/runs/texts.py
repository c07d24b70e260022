"""The text of a scenario: that of its file, comments included, or indented JSON for one that was saved."""

from dataclasses import dataclass

from callsheet.runs.ports import CatalogEntry
from callsheet.scenario.codec import canonical
from callsheet.scenario.formatting import json_text
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import MAX_DOCUMENT_BYTES
from callsheet.scenario.source import Syntax


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioText:
    """A text, and how it is written. It has at most as many bytes as a document may have."""

    text: str
    syntax: Syntax


def text_of(entry: CatalogEntry) -> ScenarioText | None:
    """The text of an entry; None when there is none that could be read. Blocks for some milliseconds."""
    if entry.text is not None:
        return ScenarioText(text=entry.text, syntax=entry.syntax)
    if entry.document is not None:
        return ScenarioText(text=_written(entry.document), syntax=Syntax.JSON)
    return None


def _written(document: JsonObject) -> str:
    text = json_text(document)
    # The spaces before what is nested deep may be most of it.
    return text if len(text.encode()) <= MAX_DOCUMENT_BYTES else canonical(document).decode()
