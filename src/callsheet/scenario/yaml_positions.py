"""Where the values of a YAML text stand; `positions` does it for JSON."""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from callsheet.scenario.positions import Place, Position, Positions
from callsheet.scenario.yaml_events import quickest_events, text_of


def yaml_positions(text: str) -> Positions:
    """The places of all values of a text that `decode_yaml` accepts."""
    return Positions(lambda: _root(text))


def position(event: Any) -> Position:
    """Where an event begins."""
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _root(text: str) -> Place:
    events = iter(quickest_events(text))
    for event in events:
        if isinstance(event, NodeEvent):
            is_nothing = isinstance(event, ScalarEvent) and not text_of(event)  # seen elsewhere by each parser
            return _filled(Place(Position(1, 1) if is_nothing else position(event)), event, events)
    return Place(Position(1, 1))


def _filled(place: Place, event: Any, events: Iterator[Any]) -> Place:
    """The place of the value that begins with `event`, with those of its members."""
    if isinstance(event, MappingStartEvent):
        while not isinstance(key := next(events), MappingEndEvent):
            place.members[text_of(key)] = _filled(Place(position(key)), next(events), events)
    elif isinstance(event, SequenceStartEvent):
        while not isinstance(item := next(events), SequenceEndEvent):
            place.members[str(len(place.members))] = _filled(Place(position(item)), item, events)
    return place
