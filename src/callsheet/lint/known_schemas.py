"""The schemas of tools and scenarios as shapes: many steps call the same tool, and reading a schema takes time."""

from callsheet.lint.types.document import Work
from callsheet.lint.types.from_schema import either, shape_of_schema
from callsheet.lint.types.shape import Open
from callsheet.scenario.json import JsonObject


class KnownSchemas:
    """Reads each schema once; it keeps them for as long as it lives itself.

    Args:
        work: what reading all of them may cost together.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._shapes: dict[int, tuple[JsonObject, Open]] = {}

    def shape(self, schema: JsonObject) -> Open:
        """What fits `schema`, which must not change."""
        known = self._shapes.get(id(schema))
        if known is None:
            known = self._shapes[id(schema)] = (schema, either(shape_of_schema(schema, self._work)))
        return known[1]
