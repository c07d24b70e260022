"""Secrets on their way to a tool: named in what is journaled, resolved at the call.

How they are taken out of what comes back stands in `callsheet.runs.redaction`.
"""

from callsheet.scenario.json import JsonObject
from callsheet.scenario.values import Value, expressions


def uses_secrets(value: Value) -> bool:
    """Whether an expression of `value` may begin with `secrets`."""
    return any("secrets" in expression.source for expression, _ in expressions(value))


def masks(names: tuple[str, ...]) -> JsonObject:
    """What stands for each secret where others can read it."""
    return {name: f"[secret {name}]" for name in names}


def how_to_set(name: str) -> str:
    """What the operator does about a secret that is not set, as the end of a sentence."""
    return f"set CALLSHEET_SECRET_{name}, or run 'callsheet secrets set {name}'"
