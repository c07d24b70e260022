"""Which executor runs which type of step. A new type adds one line here and one file beside this one."""

from collections.abc import Mapping
from typing import Final

from callsheet.runs.steps.executor import StepExecutor
from callsheet.runs.steps.tool import ToolExecutor
from callsheet.scenario.model import Step
from callsheet.scenario.steps.tool import ToolStep

EXECUTORS: Final[Mapping[type[Step], StepExecutor]] = {
    ToolStep: ToolExecutor(),
}
