"""Which step uses what of which other step: the edges along which data flows through a scenario."""

from collections.abc import Iterator
from dataclasses import dataclass

from callsheet.lint.layout import Layout, Located
from callsheet.lint.places import mentions, places
from callsheet.lint.references import References
from callsheet.scenario.expressions import Expression
from callsheet.scenario.model import Scenario


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DataEdge:
    """An expression that names a step.

    Attributes:
        source: the step that is named; of several with one name the first.
        target: the step in whose fields the expression stands; None for the document's `output`.
        pointer: where the expression stands in the document.
    """

    source: Located
    target: Located | None
    pointer: str
    expression: Expression


def data_edges(scenario: Scenario) -> Iterator[DataEdge]:
    """Every edge, in the order of the model; also those to steps that are not visible where they are named."""
    layout = Layout(scenario)
    for place in places(scenario, layout):
        for mention in mentions(place):
            for name in steps_in(mention.references):
                source = layout.by_name.get(name)
                if source is not None:
                    yield DataEdge(
                        source=source, target=place.inside, pointer=mention.pointer, expression=mention.expression
                    )


def steps_in(found: References) -> Iterator[str]:
    """The names of the steps that an expression refers to, each once."""
    for path in found.paths:
        if len(path) == 2 and path[0] == "steps":
            yield path[1]
