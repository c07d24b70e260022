"""What the rules look at: a scenario, read once for all of them."""

from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

from callsheet.lint.context import LintContext
from callsheet.lint.flow import Flow, flow_of
from callsheet.lint.known_schemas import KnownSchemas
from callsheet.lint.layout import Layout, Located
from callsheet.lint.places import Mention, Place, mentions, places
from callsheet.lint.signatures import Found, Lookup, ToolSignature
from callsheet.lint.suggestions import Suggestions
from callsheet.lint.types.document import MAX_TOTAL_WORK, Work
from callsheet.scenario.json import Json, JsonObject, unescape
from callsheet.scenario.model import Scenario, Step
from callsheet.scenario.steps.tool import ToolStep

AnyStep = TypeVar("AnyStep", bound=Step)


class Survey:
    """A scenario and what is known around it.

    Args:
        scenario: what is checked.
        context: what is known of tools and other scenarios.
        document: the JSON that the scenario was read from; None when that is gone.
    """

    def __init__(self, scenario: Scenario, context: LintContext, document: JsonObject | None) -> None:
        self.scenario = scenario
        self.context = context
        self.document = document
        self.layout = Layout(scenario)
        self.work = Work(MAX_TOTAL_WORK)
        self.schemas = KnownSchemas(self.work)
        self.suggestions = Suggestions()
        self._found: dict[tuple[str | None, str], Lookup] = {}

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every value of the document."""
        return tuple(places(self.scenario, self.layout))

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Every expression of the document."""
        return tuple(mention for place in self.places for mention in mentions(place))

    @cached_property
    def flow(self) -> Flow:
        """What each value can be."""
        tools = {located.pointer: tool for located, tool in self.known_tools()}
        return flow_of(self.scenario, self.layout, tools, self.context, self.schemas, self.work)

    def of_type(self, kind: type[AnyStep]) -> Iterator[tuple[Located, AnyStep]]:
        """The steps of one type, in the order of the document."""
        return ((located, located.step) for located in self.layout.steps if isinstance(located.step, kind))

    def server_of(self, step: ToolStep) -> str | None:
        """The server that a step names, or the document for it."""
        return step.server or self.scenario.defaults.server

    def tool(self, step: ToolStep) -> Lookup | None:
        """What is known of the tool of a step; None when nothing is known of any tool."""
        signatures = self.context.signatures
        if signatures is None:
            return None
        use = (self.server_of(step), step.tool)
        if use not in self._found:
            self._found[use] = signatures.find(*use, self.suggestions)
        return self._found[use]

    def known_tools(self) -> Iterator[tuple[Located, ToolSignature]]:
        """The tool steps whose tool is known."""
        for located, step in self.of_type(ToolStep):
            found = self.tool(step)
            if isinstance(found, Found):
                yield located, found.signature

    def written(self, pointer: str) -> Json:
        """What the document has at `pointer`; null where it has nothing."""
        value: Json = self.document
        for token in pointer.split("/")[1:]:
            if isinstance(value, dict):
                value = value.get(unescape(token))
            elif isinstance(value, list):
                value = value[int(token)]
            else:
                return None
        return value
