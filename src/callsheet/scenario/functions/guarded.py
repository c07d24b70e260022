"""All functions of expressions: jmespath's own, on a budget and with JSON results only, and ours.

They come through jmespath's extension point: a method `_func_NAME` with a `signature` is the function `NAME()`.
"""

from callsheet.scenario.functions.arithmetic import Arithmetic
from callsheet.scenario.functions.lists import Lists
from callsheet.scenario.functions.objects import Objects
from callsheet.scenario.functions.texts import Texts


class GuardedFunctions(Arithmetic, Lists, Objects, Texts):
    """The functions that one evaluation may call, on its budget."""
