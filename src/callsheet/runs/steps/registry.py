"""Which executor runs which type of step. A new type adds one line here and one file beside this one."""

from collections.abc import Mapping
from typing import Final

from callsheet.runs.executor import StepExecutor
from callsheet.runs.steps.approval import ApprovalExecutor
from callsheet.runs.steps.fail import FailExecutor
from callsheet.runs.steps.foreach import ForeachExecutor
from callsheet.runs.steps.loop import LoopExecutor
from callsheet.runs.steps.parallel import ParallelExecutor
from callsheet.runs.steps.scenario import ScenarioExecutor
from callsheet.runs.steps.sequence import SequenceExecutor
from callsheet.runs.steps.switch import SwitchExecutor
from callsheet.runs.steps.tool import ToolExecutor
from callsheet.runs.steps.transform import TransformExecutor
from callsheet.runs.steps.try_ import TryExecutor
from callsheet.runs.steps.wait import WaitExecutor
from callsheet.scenario.steps.approval import ApprovalStep
from callsheet.scenario.steps.fail import FailStep
from callsheet.scenario.steps.foreach import ForeachStep
from callsheet.scenario.steps.loop import LoopStep
from callsheet.scenario.steps.parallel import ParallelStep
from callsheet.scenario.steps.return_ import ReturnStep
from callsheet.scenario.steps.scenario import ScenarioStep
from callsheet.scenario.steps.sequence import SequenceStep
from callsheet.scenario.steps.switch import SwitchStep
from callsheet.scenario.steps.tool import ToolStep
from callsheet.scenario.steps.transform import TransformStep
from callsheet.scenario.steps.try_ import TryStep
from callsheet.scenario.steps.wait import WaitStep

EXECUTORS: Final[Mapping[type, StepExecutor]] = {
    ToolStep: ToolExecutor(),
    SequenceStep: SequenceExecutor(),
    ParallelStep: ParallelExecutor(),
    ForeachStep: ForeachExecutor(),
    LoopStep: LoopExecutor(),
    SwitchStep: SwitchExecutor(),
    TransformStep: TransformExecutor(),
    ScenarioStep: ScenarioExecutor(),
    WaitStep: WaitExecutor(),
    ApprovalStep: ApprovalExecutor(),
    TryStep: TryExecutor(),
    FailStep: FailExecutor(),
    ReturnStep: TransformExecutor(),
}
