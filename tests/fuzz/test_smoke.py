"""The fuzzing of decoder, linter and evaluator, small: `make fuzz` is the same in full size."""

import subprocess
import sys

import pytest

from tests.fuzz.corpus import seeds
from tests.fuzz.targets import TARGETS

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize("target", TARGETS)
def test_what_fuzzing_begins_with_is_taken(target: str) -> None:
    for each in seeds(target):
        TARGETS[target](each)


def test_inputs_that_hypothesis_makes_up_do_nothing_to_the_machine() -> None:
    # In a process of its own, for an audit hook stays. It first shows that it sees what is forbidden.
    command = [sys.executable, "-m", "tests.fuzz.properties", "--examples", "40"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert (done.returncode, "nothing was executed" in done.stdout) == (0, True), done.stdout


def test_atheris_finds_nothing_in_a_second() -> None:
    command = [sys.executable, "-m", "tests.fuzz.guided", "evaluate_expression", "--seconds", "1"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert (done.returncode, "number_of_executed_units" in done.stdout) == (0, True), done.stdout
