"""What the audit log tells of what was done with runs: enough to know what it was, and no value of theirs."""

from collections.abc import Mapping

from callsheet.runs.answers import Answer
from callsheet.runs.bulk import BulkAction
from callsheet.runs.codec import timestamp
from callsheet.runs.forks import ForkWish
from callsheet.runs.ports import RunFilter


def answer_details(answer: Answer) -> Mapping[str, str]:
    """What somebody decided; neither their comment nor what they filled in."""
    return {"answer": answer.action.value}


def fork_details(wish: ForkWish) -> Mapping[str, str]:
    """What is done anew, and with which revision; of another input only that there is one."""
    details = {
        "from_step": "" if wish.from_step is None else wish.from_step,
        "retry": "true" if wish.retry else "",
        "revision": wish.revision or "",
        "input": "" if wish.input is None else "changed",
    }
    return {name: text for name, text in details.items() if text}


def bulk_details(action: BulkAction, where: RunFilter, *, dry_run: bool) -> Mapping[str, str]:
    """What is done, and with which runs."""
    asked = {
        "scenario": where.scenario_id,
        "status": None if where.status is None else ",".join(sorted(where.status)),
        "started_after": None if where.started_after is None else timestamp(where.started_after),
        "started_before": None if where.started_before is None else timestamp(where.started_before),
        "finished_before": None if where.finished_before is None else timestamp(where.finished_before),
        "error_code": None if where.error_code is None else ",".join(sorted(where.error_code)),
        "parent_run_id": where.parent_run_id,
        "owner": where.owner,
        "q": where.q,
    }
    filter_text = " ".join(f"{name}={value}" for name, value in asked.items() if value)
    return {"action": action.value, "filter": filter_text or "all"} | ({"dry_run": "true"} if dry_run else {})


def bulk_made(done: int, matched: int) -> str:
    """With how many runs it was done."""
    return f"{done} of {matched} runs"
