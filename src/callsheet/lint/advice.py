"""Rules that only advise: what would be clearer or faster."""

from collections.abc import Iterator, Mapping

from callsheet.lint.data_edges import steps_in
from callsheet.lint.layout import Located
from callsheet.lint.survey import Survey
from callsheet.scenario.diagnostics import Diagnostic


def whole_steps(survey: Survey) -> Iterator[Diagnostic]:
    """W210: an expression takes all steps at once, so that what it gives changes whenever a step is added."""
    for mention in survey.mentions:
        if ("steps",) in mention.references.taken or () in mention.references.taken:
            yield Diagnostic(
                code="W210",
                pointer=mention.pointer,
                message=f"'{mention.expression.source}' takes all steps at once.",
                hint="Name the steps: 'steps.NAME.output'.",
            )


def independent_neighbours(survey: Survey) -> Iterator[Diagnostic]:
    """I310: calls one after the other that only read, as their tools say, and do not use each other's results."""
    readers = {located.pointer for located, tool in survey.known_tools() if tool.is_read_only}
    if len(readers) < 2:
        return
    used = _used(survey)
    for listing in survey.layout.lists.values():
        for group in _groups(survey.layout.of(listing), readers, used):
            names = ", ".join(f"'{each.step.name}'" for each in group)
            yield Diagnostic(
                code="I310",
                pointer=group[0].pointer,
                message=f"The steps {names} only read and do not use each other's results.",
                hint="They could run at the same time, as the branches of a 'parallel' step.",
            )


def _used(survey: Survey) -> Mapping[str, set[str]]:
    """The steps that each step uses, by its pointer; the empty name stands for all."""
    used: dict[str, set[str]] = {}
    for mention in survey.mentions:
        if mention.place.inside is not None:
            names = used.setdefault(mention.place.inside.pointer, set())
            names.update(steps_in(mention.references))
            if ("steps",) in mention.references.taken or () in mention.references.taken:
                names.add("")
    return used


def _groups(
    steps: tuple[Located, ...], readers: set[str], used: Mapping[str, set[str]]
) -> Iterator[tuple[Located, ...]]:
    """Neighbours among `readers` of which none uses another, at least two, as many as possible."""
    group: list[Located] = []
    for located in steps:
        uses = used.get(located.pointer, set())
        joins = located.pointer in readers
        if group and (not joins or "" in uses or any(each.step.name in uses for each in group)):
            if len(group) > 1:
                yield tuple(group)
            group = []
        if joins:
            group.append(located)
    if len(group) > 1:
        yield tuple(group)
