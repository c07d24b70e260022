"""How a run ended, for a person: what happened, where, why, and what to do."""

from typing import Final

from callsheet.cli.failures import DONE, FAILED, say
from callsheet.cli.labels import Labels
from callsheet.cli.text import one_line
from callsheet.runs.events import RunError, RunStatus
from callsheet.runs.state import RunState

_TO_DO: Final = {
    "ServerUnavailable": "'callsheet doctor' says what is the matter with each tool server.",
    "TransportError": "Whether the tool did its work is not known. 'callsheet doctor' checks the tool server.",
    "ToolNotFound": "'callsheet tools' lists what the tool servers offer.",
    "Timeout": "Give the step a longer 'timeout', or a 'retry', if the tool is just slow.",
    "RateLimited": "Give the step a 'retry' with a longer pause, or try again later.",
    "OutputInvalid": "'callsheet tools call' shows what the tool gives; 'result_format' of the step and "
    "'outputValidation' in mcp.json say what is taken.",
    "LimitExceeded": "Let the tool answer with less, or raise 'maxMessageBytes' in mcp.json.",
}
"""By error code of the scenario language."""


def tell(state: RunState, labels: Labels) -> int:
    """Say on standard error how a finished run ended, unless it succeeded; the exit status."""
    if state.status is RunStatus.SUCCESS:
        return DONE
    if state.status is RunStatus.CANCELLED:
        say(f"Run {state.run_id} was cancelled.")
        return FAILED
    error = state.error or RunError(code="Internal", message=state.message)
    say(f"Error: Run {state.run_id} of {one_line(state.scenario_id)} failed {_where(error, state, labels)}.")
    say(f"  why    {one_line(f'{error.code}: {error.message}')}")
    say(f"  to do  {_TO_DO.get(error.code, f'see every step with: callsheet runs show {state.run_id}')}")
    return FAILED


def _where(error: RunError, state: RunState, labels: Labels) -> str:
    if error.step is None:
        return "outside of its steps"
    step = state.steps.get(error.step)
    tool = labels.tools.get(step.name if step else error.step, "")
    attempt = f", attempt {error.attempt}" if error.attempt else ""
    return one_line(f"in step {error.step}{f' ({tool})' if tool else ''}{attempt}")
