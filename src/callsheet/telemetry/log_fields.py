"""The fields of the log for what is written on behalf of a run: whoever logs there need not know of it."""

from callsheet.telemetry.watching import AT_WORK, IN_CALL


def run_fields() -> dict[str, str]:
    """The run, its scenario and its trace; of a call its tool, server and step. What is not known is left out."""
    found: dict[str, str] = {}
    run, call = AT_WORK.get(), IN_CALL.get()
    if run is not None:
        found["run_id"] = run.run_id
        if run.origin is not None:
            found["scenario_id"] = run.origin.scenario_id
        if run.trace_id:
            found["trace_id"] = run.trace_id
    if call is not None:
        found["tool"] = call.tool
        if call.step_path is not None:
            found["step_path"] = call.step_path
        if call.server is not None:
            found["server"] = call.server
    return found
