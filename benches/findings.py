"""What a benchmark found: figures with ranges and targets, as text and as JSON."""

from dataclasses import dataclass
from enum import Enum

from benches.samples import Spread


class Aim(Enum):
    """Which side of its target a figure should be on."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a figure should reach."""

    aim: Aim
    value: float

    def met(self, value: float) -> bool:
        """Whether `value` reaches it."""
        return value >= self.value if self.aim is Aim.AT_LEAST else value <= self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One figure over all blocks. Its median is what counts against the target."""

    name: str
    unit: str
    spread: Spread
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without one."""
        return None if self.target is None else self.target.met(self.spread.median)

    def line(self) -> str:
        """The figure as a line of text."""
        values = f"{number(self.spread.median):>9} {self.unit:<9} {_range(self.spread):<20}"
        if self.target is None:
            return f"  {self.name:<58}{values}".rstrip()
        verdict = "pass" if self.met else "MISS"
        return f"  {self.name:<58}{values}{self.target.aim.value} {number(self.target.value):<8}{verdict}"

    def fields(self) -> dict[str, object]:
        """The figure as JSON."""
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.spread.median,
            "low": self.spread.low,
            "high": self.spread.high,
            "target": None if self.target is None else {"aim": self.target.aim.value, "value": self.target.value},
            "met": self.met,
        }


def at_least(value: float) -> Target:
    """A target for what should be large."""
    return Target(aim=Aim.AT_LEAST, value=value)


def at_most(value: float) -> Target:
    """A target for what should be small."""
    return Target(aim=Aim.AT_MOST, value=value)


def number(value: float) -> str:
    """Three digits that count."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _range(values: Spread) -> str:
    return f"({number(values.low)} … {number(values.high)})"
