"""Hypothesis: as many made-up inputs as wanted for each target, and what was forbidden meanwhile.

    python -m tests.fuzz.properties --examples 12500 --seed 1

In a process of its own, because an audit hook stays.
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Mapping
from typing import Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from callsheet.scenario.json import JsonObject
from tests.fuzz.audited import Watch, bites
from tests.fuzz.corpus import seeds, words
from tests.fuzz.targets import TARGETS
from tests.lint.test_properties import mutations
from tests.lint.types.generated import schemas, values_for
from tests.scenario.test_expressions import PIECES, WELL_FORMED
from tests.support.json_values import json_values

SECONDS: Final = 0.25
"""Of processor time that one input may take, on a machine that does much else: five times what it is to take."""


_PHASES: Final = (Phase.generate, Phase.shrink)
"""Not the one that explains: it traces every line, which is then what takes the time."""

_SLOW: Final = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
"""Making them up takes longer than trying them, and may."""


def _text(value: object) -> bytes:
    return json.dumps(value).encode()


@st.composite
def _mutated(draw: st.DrawFn, target: str) -> bytes:
    """A good input, in which some bytes are others, words of the language among them."""
    data = bytearray(draw(st.sampled_from(list(seeds(target)))))
    chosen = st.sampled_from([word.encode() for word in words(target)]) | st.binary(max_size=4)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 8))] = draw(chosen)
    return bytes(data)


@st.composite
def _schema_and_value(draw: st.DrawFn) -> bytes:
    schema: JsonObject = draw(schemas())
    return _text(schema) + b"\n" + _text(draw(values_for(schema) | json_values()))


@st.composite
def _cron(draw: st.DrawFn) -> bytes:
    part = st.sampled_from(
        ["*", "*/7", "0", "30", "1-5", "29", "31", "L", "MON", "5#3", "JAN,DEC", "59/2", "L5", "0-60"]
    )
    return " ".join(draw(part) for _ in range(5)).encode()


_OWN: Final[Mapping[str, st.SearchStrategy[bytes]]] = {
    "decode": json_values().map(_text) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    "lint": mutations().map(_text),
    "formatting": mutations().map(_text),
    "evaluate_expression": WELL_FORMED.map(str.encode) | st.lists(PIECES, max_size=14).map("".join).map(str.encode),
    "evaluate_value": json_values().map(_text),
    "cron": _cron(),
    "schema": _schema_and_value(),
}


def inputs(target: str) -> st.SearchStrategy[bytes]:
    """Made up from nothing, from good inputs, and from what only this target takes."""
    common = _mutated(target) | st.binary(max_size=60)
    return _OWN[target] | common if target in _OWN else common


def examine(target: str, *, examples: int, number: int, watch: Watch) -> float:
    """Try `examples` inputs; gives the most processor time that one took, in seconds.

    Raises:
        AssertionError: something forbidden was done, or one took longer than `SECONDS`.
        Exception: what the target raised, after hypothesis has made the input small and printed it.
    """
    run, slowest = TARGETS[target], 0.0
    for each in seeds(target):
        run(each)

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, phases=_PHASES, suppress_health_check=_SLOW)
    @given(inputs(target))
    def once(data: bytes) -> None:
        nonlocal slowest
        gc.disable()  # hypothesis keeps so much that to look through it takes a second, whosever turn it is
        began = time.thread_time()
        try:
            with watch.armed():
                run(data)
            slowest = max(slowest, time.thread_time() - began)
        finally:
            gc.enable()
        assert not watch.seen, watch.seen
        assert slowest < SECONDS, f"{slowest:.1f} s of processor time"

    once()
    return slowest


def main() -> None:
    """Examine every target; what was found is the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    watch = Watch()
    events = {event.partition(" ")[0] for event in bites(watch)}
    assert {"exec", "open", "import", "subprocess.Popen", "socket.__new__", "ctypes.dlopen"} <= events, events
    for target in TARGETS:
        slowest = examine(target, examples=options.examples, number=options.seed, watch=watch)
        sys.stdout.write(f"{target}: {options.examples} examples, the slowest took {slowest * 1000:.0f} ms\n")
        sys.stdout.flush()
    sys.stdout.write("nothing was executed, imported, opened, started or connected\n")


if __name__ == "__main__":
    main()
