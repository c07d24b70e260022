"""What a step waits for, in words."""

from datetime import datetime

from callsheet.scenario.json import JsonObject


def waits_text(waits_for: JsonObject, until: datetime | None) -> str:
    """What a step waits for, as part of a sentence."""
    match waits_for.get("kind"):
        case "approval":
            what = f"for an answer: {waits_for.get('message')}"
        case "elicitation":
            what = f"for an answer to {waits_for.get('tool')}: {waits_for.get('message')}"
        case "task":
            what = f"for the task of {waits_for.get('tool')}"
        case "run":
            what = f"for run {waits_for.get('run_id')} of {waits_for.get('scenario_id')}"
        case _:
            what = ""
    moment = f"until {until.astimezone():%d %b %H:%M:%S}" if until else ""
    return f"{what} ({moment})" if what and moment else what or moment
