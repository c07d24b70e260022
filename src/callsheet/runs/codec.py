"""Events to JSON and back. The JSON is the public form: the journal stores it, the event stream sends it unchanged."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, assert_never

import orjson

from callsheet.access.mandate import Mandate
from callsheet.errors.runs import RunDamaged
from callsheet.runs.events import (
    Event,
    ForkedFrom,
    ParentStep,
    Record,
    RunError,
    RunFinished,
    RunResumed,
    RunStarted,
    RunStatus,
    RunTrigger,
    RunWaiting,
    StepFinished,
    StepLog,
    StepProgress,
    StepResumed,
    StepRetrying,
    StepStarted,
    StepStatus,
    StepWaiting,
    TriggerKind,
)
from callsheet.scenario.json import JsonObject

RUN_STARTED: Final = "run_started"
STEP_STARTED: Final = "step_started"
STEP_RETRYING: Final = "step_retrying"
STEP_WAITING: Final = "step_waiting"
STEP_RESUMED: Final = "step_resumed"
STEP_PROGRESS: Final = "step_progress"
STEP_LOG: Final = "step_log"
STEP_FINISHED: Final = "step_finished"
RUN_WAITING: Final = "run_waiting"
RUN_RESUMED: Final = "run_resumed"
RUN_FINISHED: Final = "run_finished"


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `+00:00`, as every timestamp of the API is written."""
    # orjson writes microseconds, or none when they are zero, in a fifth of the time that isoformat() takes.
    text = orjson.dumps(moment).decode()
    return f"{text[1:24]}{text[27:-1]}" if moment.microsecond else f"{text[1:20]}.000{text[20:-1]}"


def encode(event: Event) -> tuple[str, bytes]:
    """The event's type and its JSON text, compact and not ASCII-escaped; the seed's fields come first."""
    name, fields = _fields(event)
    # What orjson gives keeps the whole buffer that it was written into: 4 KiB for the 300 bytes of an event.
    return name, bytes(memoryview(orjson.dumps(fields)))


def decode(record: Record) -> Event:
    """The event that a record of the journal holds.

    Raises:
        RunDamaged: the record was not written by `encode`.
    """
    try:
        return _DECODERS[record.type](orjson.loads(record.data))
    except (KeyError, TypeError, ValueError) as exc:
        raise RunDamaged(f"Event {record.seq} of the run is not what was written ({type(exc).__name__}).") from exc


def _fields(event: Event) -> tuple[str, dict[str, object]]:
    match event:
        case StepStarted():
            return STEP_STARTED, _write_step_started(event)
        case StepFinished():
            return STEP_FINISHED, _write_step_finished(event)
        case StepRetrying():
            return STEP_RETRYING, _write_step_retrying(event)
        case StepWaiting():
            return STEP_WAITING, _write_step_waiting(event)
        case StepResumed():
            return STEP_RESUMED, _write_step_resumed(event)
        case StepProgress():
            return STEP_PROGRESS, _write_step_progress(event)
        case StepLog():
            return STEP_LOG, _write_step_log(event)
        case RunWaiting():
            return RUN_WAITING, _write_run_waiting(event)
        case RunResumed():
            return RUN_RESUMED, {"type": RUN_RESUMED, "run_id": event.run_id, "at": timestamp(event.at)}
        case RunStarted():
            return RUN_STARTED, _write_run_started(event)
        case RunFinished():
            return RUN_FINISHED, _write_run_finished(event)
        case _:
            assert_never(event)


def _write_step_started(event: StepStarted) -> dict[str, object]:
    return {
        "type": STEP_STARTED,
        "run_id": event.run_id,
        "step_name": event.step_name,
        "index": event.index,
        "started_at": timestamp(event.started_at),
        "step_path": event.step_path,
        "step_type": event.step_type,
        "input": event.input,
    }


def _write_step_finished(event: StepFinished) -> dict[str, object]:
    return {
        "type": STEP_FINISHED,
        "run_id": event.run_id,
        "step_name": event.step_name,
        "index": event.index,
        "status": event.status,
        "started_at": timestamp(event.started_at),
        "finished_at": timestamp(event.finished_at),
        "message": event.message,
        "step_path": event.step_path,
        "attempts": event.attempts,
        "output": event.output,
        "error": _error_fields(event.error),
        **({} if event.errors is None else {"errors": event.errors}),
    }


def _write_step_waiting(event: StepWaiting) -> dict[str, object]:
    return {
        "type": STEP_WAITING,
        "run_id": event.run_id,
        "step_name": event.step_name,
        "index": event.index,
        "at": timestamp(event.at),
        "step_path": event.step_path,
        "waits_for": event.waits_for,
        "until": _moment(event.until),
        **({"continuation": event.continuation} if event.continuation else {}),
    }


def _write_moment_of(name: str, event: StepResumed | StepProgress | StepLog) -> dict[str, object]:
    return {
        "type": name,
        "run_id": event.run_id,
        "step_name": event.step_name,
        "index": event.index,
        "at": timestamp(event.at),
        "step_path": event.step_path,
    }


def _write_step_resumed(event: StepResumed) -> dict[str, object]:
    fields = {"waited": event.waited, "action": event.action, "by": event.by}
    return _write_moment_of(STEP_RESUMED, event) | fields


def _write_step_progress(event: StepProgress) -> dict[str, object]:
    fields = {"progress": event.progress, "total": event.total, "message": event.message}
    return _write_moment_of(STEP_PROGRESS, event) | fields


def _write_step_log(event: StepLog) -> dict[str, object]:
    return _write_moment_of(STEP_LOG, event) | {"level": event.level, "logger": event.logger, "data": event.data}


def _write_run_waiting(event: RunWaiting) -> dict[str, object]:
    return {
        "type": RUN_WAITING,
        "run_id": event.run_id,
        "at": timestamp(event.at),
        "until": _moment(event.until),
        "messages": event.messages,
    }


def _write_step_retrying(event: StepRetrying) -> dict[str, object]:
    return {
        "type": STEP_RETRYING,
        "run_id": event.run_id,
        "step_name": event.step_name,
        "index": event.index,
        "at": timestamp(event.at),
        "step_path": event.step_path,
        "attempt": event.attempt,
        "delay": event.delay,
        "interrupted": event.interrupted,
        "error": _error_fields(event.error),
    }


def _write_run_started(event: RunStarted) -> dict[str, object]:
    return {
        "type": RUN_STARTED,
        "run_id": event.run_id,
        "scenario_id": event.scenario_id,
        "started_at": timestamp(event.started_at),
        "revision": event.revision,
        "input": event.input,
        **({"env": event.env} if event.env else {}),
        **({} if event.parent is None else {"parent": _parent_fields(event.parent)}),
        **({"priority": event.priority} if event.priority else {}),
        **({} if event.forked_from is None else {"forked_from": _forked_fields(event.forked_from)}),
        **({} if event.trigger is None else {"trigger": trigger_fields(event.trigger)}),
        **event.mandate.fields(),
    }


def _write_run_finished(event: RunFinished) -> dict[str, object]:
    return {
        "type": RUN_FINISHED,
        "run_id": event.run_id,
        "status": event.status,
        "finished_at": timestamp(event.finished_at),
        "message": event.message,
        "output": event.output,
        "error": _error_fields(event.error),
    }


def _parent_fields(parent: ParentStep) -> dict[str, object]:
    return {"run_id": parent.run_id, "seq": parent.seq, "depth": parent.depth}


def _forked_fields(forked: ForkedFrom) -> dict[str, object]:
    return {"run_id": forked.run_id, "from_step": forked.from_step}


def trigger_fields(trigger: RunTrigger) -> JsonObject:
    """What started a run, as JSON; `slot` only where there is one."""
    fields: JsonObject = {"kind": trigger.kind.value, "name": trigger.name}
    return fields if trigger.slot is None else {**fields, "slot": timestamp(trigger.slot)}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)


def _error_fields(error: RunError | None) -> dict[str, object] | None:
    if error is None:
        return None
    return {
        "code": error.code,
        "message": error.message,
        "step": error.step,
        "attempt": error.attempt,
        "data": error.data,
    }


# `Any` below: what orjson gives back for text that `encode` wrote; a wrong shape ends in RunDamaged.


def _read_error(fields: Any) -> RunError | None:
    return None if fields is None else RunError(**fields)


def _read_step(fields: Any) -> dict[str, Any]:
    return {name: fields[name] for name in ("run_id", "step_name", "index", "step_path")}


def _read_run_started(fields: Any) -> Event:
    return RunStarted(
        run_id=fields["run_id"],
        scenario_id=fields["scenario_id"],
        started_at=datetime.fromisoformat(fields["started_at"]),
        revision=fields["revision"],
        input=fields["input"],
        env=fields.get("env", {}),
        parent=None if (parent := fields.get("parent")) is None else ParentStep(**parent),
        priority=fields.get("priority", 0),
        forked_from=None if (forked := fields.get("forked_from")) is None else ForkedFrom(**forked),
        trigger=None if (trigger := fields.get("trigger")) is None else _read_trigger(**trigger),
        mandate=Mandate.read(fields),
    )


def _read_trigger(kind: str, name: str, slot: str | None = None) -> RunTrigger:
    return RunTrigger(kind=TriggerKind(kind), name=name, slot=_read_moment(slot))


def _read_step_started(fields: Any) -> Event:
    return StepStarted(
        **_read_step(fields),
        started_at=datetime.fromisoformat(fields["started_at"]),
        step_type=fields["step_type"],
        input=fields["input"],
    )


def _read_step_retrying(fields: Any) -> Event:
    return StepRetrying(
        **_read_step(fields),
        at=datetime.fromisoformat(fields["at"]),
        attempt=fields["attempt"],
        delay=fields["delay"],
        interrupted=fields["interrupted"],
        error=RunError(**fields["error"]),
    )


def _read_step_waiting(fields: Any) -> Event:
    return StepWaiting(
        **_read_step(fields),
        at=datetime.fromisoformat(fields["at"]),
        waits_for=fields["waits_for"],
        until=_read_moment(fields["until"]),
        continuation=fields.get("continuation", ""),
    )


def _read_step_resumed(fields: Any) -> Event:
    return StepResumed(
        **_read_step(fields),
        at=datetime.fromisoformat(fields["at"]),
        waited=fields["waited"],
        action=fields["action"],
        by=fields["by"],
    )


def _read_step_progress(fields: Any) -> Event:
    return StepProgress(
        **_read_step(fields),
        at=datetime.fromisoformat(fields["at"]),
        progress=fields["progress"],
        total=fields["total"],
        message=fields["message"],
    )


def _read_step_log(fields: Any) -> Event:
    return StepLog(
        **_read_step(fields),
        at=datetime.fromisoformat(fields["at"]),
        level=fields["level"],
        logger=fields["logger"],
        data=fields["data"],
    )


def _read_run_waiting(fields: Any) -> Event:
    return RunWaiting(
        run_id=fields["run_id"],
        at=datetime.fromisoformat(fields["at"]),
        until=_read_moment(fields["until"]),
        messages=fields["messages"],
    )


def _read_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _read_step_finished(fields: Any) -> Event:
    return StepFinished(
        **_read_step(fields),
        status=StepStatus(fields["status"]),
        started_at=datetime.fromisoformat(fields["started_at"]),
        finished_at=datetime.fromisoformat(fields["finished_at"]),
        message=fields["message"],
        attempts=fields["attempts"],
        output=fields["output"],
        error=_read_error(fields["error"]),
        errors=fields.get("errors"),
    )


def _read_run_finished(fields: Any) -> Event:
    return RunFinished(
        run_id=fields["run_id"],
        status=RunStatus(fields["status"]),
        finished_at=datetime.fromisoformat(fields["finished_at"]),
        message=fields["message"],
        output=fields["output"],
        error=_read_error(fields["error"]),
    )


_DECODERS: Final[Mapping[str, Callable[[Any], Event]]] = {
    RUN_STARTED: _read_run_started,
    STEP_STARTED: _read_step_started,
    STEP_RETRYING: _read_step_retrying,
    STEP_WAITING: _read_step_waiting,
    STEP_RESUMED: _read_step_resumed,
    STEP_PROGRESS: _read_step_progress,
    STEP_LOG: _read_step_log,
    STEP_FINISHED: _read_step_finished,
    RUN_WAITING: _read_run_waiting,
    RUN_RESUMED: lambda fields: RunResumed(run_id=fields["run_id"], at=datetime.fromisoformat(fields["at"])),
    RUN_FINISHED: _read_run_finished,
}
