"""The typed flow of data: what each value of a document can be, in the order in which a run comes by.

Everything that is not known is unknown: a tool without an `outputSchema`, a scenario without an `output_schema`. What a
step gives may be null when it can be skipped, or can fail while its list goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from callsheet.lint.context import LintContext
from callsheet.lint.known_schemas import KnownSchemas
from callsheet.lint.layout import Layout, Listing, Located
from callsheet.lint.signatures import ToolSignature
from callsheet.lint.types.document import Work
from callsheet.lint.types.from_schema import either
from callsheet.lint.types.literals import shape_of_literal
from callsheet.lint.types.look import items_of, object_shape
from callsheet.lint.types.of_value import FaultAt, shape_of_value
from callsheet.lint.types.shape import (
    NEVER,
    NULL,
    UNKNOWN,
    Array,
    Boolean,
    Number,
    Object,
    Open,
    Property,
    Shape,
    Text,
    Union,
)
from callsheet.scenario.model import Scenario, Step
from callsheet.scenario.steps.approval import ApprovalStep
from callsheet.scenario.steps.base import OnError
from callsheet.scenario.steps.fail import FailStep
from callsheet.scenario.steps.foreach import ForeachStep
from callsheet.scenario.steps.loop import LoopStep
from callsheet.scenario.steps.parallel import ParallelStep
from callsheet.scenario.steps.return_ import ReturnStep
from callsheet.scenario.steps.scenario import ScenarioStep
from callsheet.scenario.steps.sequence import SequenceStep
from callsheet.scenario.steps.switch import SwitchStep
from callsheet.scenario.steps.tool import ResultFormat, ToolStep
from callsheet.scenario.steps.transform import TransformStep
from callsheet.scenario.steps.try_ import TryStep
from callsheet.scenario.steps.wait import WaitStep
from callsheet.scenario.values import Value

Roots: TypeAlias = Mapping[str, Shape]
"""What expressions can begin with."""

_Steps: TypeAlias = Mapping[str, Property]
"""What later expressions see of each step, by name."""

ANY_OBJECT: Final = Object({}, UNKNOWN)
_WHOLE: Final = Number(whole=True)
_ERROR: Final = object_shape(
    {
        "code": Text(),
        "message": Text(),
        "step": Union((Text(), NULL)),
        "attempt": Union((_WHOLE, NULL)),
        "data": UNKNOWN,
    },
    closed=False,
)
_ERRORS: Final = Array(object_shape({"index": _WHOLE, "code": Text(), "message": Text()}, closed=False))
_ENDS: Final[Roots] = {
    "status": Text(frozenset({"success", "failed", "skipped"})),
    "error": Union((_ERROR, NULL)),
    "errors": Union((_ERRORS, NULL)),
}
"""What later steps see of a step beside its output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What was found.

    Attributes:
        shapes: what each value can be, by the pointer where it stands.
        faults: the paths that lead nowhere, each with the pointer of its expression.
    """

    shapes: Mapping[str, Open]
    faults: tuple[FaultAt, ...]


def flow_of(
    scenario: Scenario,
    layout: Layout,
    tools: Mapping[str, ToolSignature],
    context: LintContext,
    schemas: KnownSchemas,
    work: Work,
) -> Flow:
    """Follow the data through `scenario`. Never raises.

    Args:
        scenario: what is checked.
        layout: where its steps are.
        tools: the known tools by the pointers of their steps.
        context: what is known of other scenarios.
        schemas: reads the schemas.
        work: what following it may cost; what is left then is unknown.
    """
    walk = _Walk(scenario, layout, tools, context, schemas, work)
    roots = _base(scenario, schemas)
    _, visible = walk.listing(layout.main, roots, {})
    if scenario.output is not None:
        walk.see("/output", scenario.output, {**roots, "steps": Object(visible, UNKNOWN)})
    if scenario.on_error:
        perhaps = {name: Property(each.shape) for name, each in visible.items()}  # not all of them have run
        walk.listing(layout.failing, {**roots, "error": _ERROR}, perhaps)
    return Flow(shapes=walk.shapes, faults=tuple(walk.faults))


def _base(scenario: Scenario, schemas: KnownSchemas) -> Roots:
    schema = scenario.input_schema
    return {
        "input": ANY_OBJECT if schema is None else schemas.shape(schema),
        "vars": shape_of_literal(scenario.vars),
        "env": object_shape({name: Text() for name in scenario.env}, closed=False),
        "run": object_shape(
            {
                "id": Text(),
                "started_at": Text(),
                "scenario_id": Text(frozenset({scenario.scenario_id})),
                "revision": Text(),
            },
            closed=False,
        ),
    }


def _after(output: Open) -> Object:
    """What later steps see of a step."""
    return object_shape({"output": output, **_ENDS}, closed=False)


@dataclass(slots=True)
class _Walk:
    scenario: Scenario
    layout: Layout
    tools: Mapping[str, ToolSignature]
    context: LintContext
    schemas: KnownSchemas
    work: Work
    shapes: dict[str, Open] = field(default_factory=dict[str, Open])
    faults: list[FaultAt] = field(default_factory=list[FaultAt])

    def see(self, pointer: str, value: Value, roots: Roots) -> Open:
        """What a value can be."""
        shape, faults = shape_of_value(value, roots, self.work)
        self.shapes[pointer] = shape
        self.faults.extend((f"{pointer}{inside}", fault) for inside, fault in faults)
        return shape

    def listing(self, listing: Listing, roots: Roots, outer: _Steps) -> tuple[Open, _Steps]:
        """What the last step of a list gives, and the steps that are visible after it."""
        visible = dict(outer)
        inside = {**roots, "steps": Object(visible, UNKNOWN)}
        last: Open = NULL
        for located in self.layout.of(listing):
            last = self._step(located, inside, visible)
            known = located.step.name not in self.layout.ambiguous
            visible[located.step.name] = Property(_after(last) if known else UNKNOWN, True)
        return last, visible

    def _step(self, located: Located, roots: Roots, visible: _Steps) -> Open:
        step = located.step
        if step.when is not None:
            self.see(f"{located.pointer}/when", step.when, roots)
        given = self._raw(located, roots, visible)
        if step.output is not None:
            sees_result = not isinstance(step, TransformStep | ReturnStep)
            more = {**roots, "result": given} if sees_result else roots
            given = self.see(f"{located.pointer}/output", step.output, more)
        if isinstance(step, FailStep | ReturnStep):
            given = NEVER  # nothing comes after it, unless it is skipped
        may_be_null = step.when is not None or step.on_error is OnError.CONTINUE
        return either(given, NULL) if may_be_null else given

    def _raw(self, located: Located, roots: Roots, visible: _Steps) -> Open:
        """The output before the step's own `output`."""
        step, at = located.step, located.pointer
        match step:
            case ToolStep():
                secrets = object_shape({name: Text() for name in self.scenario.secrets}, closed=False)
                self.see(f"{at}/input", step.input, {**roots, "secrets": secrets})
                return self._result(step, self.tools.get(at))
            case SequenceStep():
                return self._lists(located, roots, visible)[0]
            case ParallelStep():
                return object_shape(dict(zip(step.branches, self._lists(located, roots, visible), strict=True)))
            case ForeachStep():
                item = items_of(self.see(f"{at}/items", step.items, roots))
                inside = {**roots, step.as_: item, step.index_as: _WHOLE}
                each = self._lists(located, inside, visible)[0]
                return Array(either(each, NULL) if step.tolerated_failure_percentage > 0 else each)
            case LoopStep():
                output, after = self.listing(self.layout.inside(located)[0], roots, visible)
                self.see(f"{at}/until", step.until, {**roots, "steps": Object(after, UNKNOWN)})
                return output
            case SwitchStep():
                for index, case in enumerate(step.cases):
                    self.see(f"{at}/cases/{index}/when", case.when, roots)
                return either(*self._lists(located, roots, visible), *([NULL] if step.default is None else []))
            case TryStep():
                return self._try(located, roots, visible)
            case _:
                return self._plain(step, at, roots)

    def _result(self, step: ToolStep, tool: ToolSignature | None) -> Open:
        """What a tool gives, in the form that the step asks for."""
        if step.result_format is ResultFormat.TEXT:
            return object_shape({"text": Text()})
        if step.result_format is ResultFormat.JSON or tool is None or tool.output_schema is None:
            return UNKNOWN
        return self.schemas.shape(tool.output_schema)

    def _plain(self, step: Step, at: str, roots: Roots) -> Open:
        """The steps that are neither blocks nor calls of tools."""
        match step:
            case ScenarioStep():
                self.see(f"{at}/input", step.input, roots)
                child = self.context.scenario(step.scenario_id)
                schema = None if child is None else child.output_schema
                return UNKNOWN if schema is None else self.schemas.shape(schema)
            case WaitStep():
                if step.until is not None:
                    self.see(f"{at}/until", step.until, roots)
            case ApprovalStep():
                self.see(f"{at}/message", step.message, roots)
                return _decision(step, self.schemas)
            case FailStep():
                self.see(f"{at}/message", step.message, roots)
            case _:
                pass
        return NULL

    def _try(self, located: Located, roots: Roots, visible: _Steps) -> Open:
        """What the body or a handler gives; that of `finally` is dropped."""
        given: list[Open] = []
        for listing in self.layout.inside(located):
            inside = {**roots, "error": _ERROR} if listing.roots else roots
            output, _ = self.listing(listing, inside, visible)
            if listing.key != "/finally":
                given.append(output)
        return either(*given)

    def _lists(self, located: Located, roots: Roots, visible: _Steps) -> list[Open]:
        return [self.listing(each, roots, visible)[0] for each in self.layout.inside(located)]


def _decision(step: ApprovalStep, schemas: KnownSchemas) -> Open:
    """An approval's output; without an answer everything but `approved` is null."""
    data = UNKNOWN if step.form_schema is None else either(schemas.shape(step.form_schema), NULL)
    return object_shape({"approved": Boolean(), "by": Union((Text(), NULL)), "comment": UNKNOWN, "data": data})
