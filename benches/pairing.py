"""Paired blocks: short blocks of every side in turn, so that what the machine does meanwhile happens to all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from benches.samples import Sample, Spread, spread


class Side(Protocol):
    """One of the things that are compared."""

    async def block(self, runs: int, concurrency: int) -> Sample:
        """Make `runs` runs, `concurrency` at a time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much one block does, and how many blocks there are."""

    runs: int
    concurrency: int
    blocks: int


async def alternate(sides: Mapping[str, Side], load: Load) -> dict[str, list[Sample]]:
    """The samples of each side, block by block; every second round goes through the sides backwards.

    A first block of each side, which warms it up, is thrown away.
    """
    for side in sides.values():
        await side.block(load.runs, load.concurrency)
    samples: dict[str, list[Sample]] = {name: [] for name in sides}
    for number in range(load.blocks):
        order = list(sides)[:: 1 if number % 2 == 0 else -1]
        for name in order:
            samples[name].append(await sides[name].block(load.runs, load.concurrency))
    return samples


def each(samples: Sequence[Sample], figure: Callable[[Sample], float]) -> Spread:
    """A figure of every block."""
    return spread([figure(sample) for sample in samples])


def ratio(ours: Sequence[Sample], theirs: Sequence[Sample], figure: Callable[[Sample], float]) -> Spread:
    """A figure of ours over theirs, block by block."""
    return spread([figure(one) / figure(other) for one, other in zip(ours, theirs, strict=True)])


def difference(ours: Sequence[Sample], theirs: Sequence[Sample], figure: Callable[[Sample], float]) -> Spread:
    """A figure of ours minus theirs, block by block."""
    return spread([figure(one) - figure(other) for one, other in zip(ours, theirs, strict=True)])
