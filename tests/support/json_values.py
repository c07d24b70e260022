"""Any JSON value, for properties."""

from hypothesis import settings
from hypothesis import strategies as st

from callsheet.scenario.json import Json

QUICK = settings(max_examples=40, deadline=None)
"""For every property here: a second at most, and no clock in the verdict."""

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)


def json_values(max_leaves: int = 12) -> st.SearchStrategy[Json]:
    """Values that Callsheet accepts."""
    return st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
        max_leaves=max_leaves,
    )
