"""Webhooks: a signed request becomes a run, the same request the same run."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from callsheet.errors.runs import InputInvalid
from callsheet.errors.triggers import HookNotFound, HookNotReady, SignatureRefused
from callsheet.runs.events import RunSummary, RunTrigger, TriggerKind
from callsheet.runs.ports import Clock, Environment
from callsheet.runs.service import RunService
from callsheet.runs.triggers.documents import Hook
from callsheet.runs.triggers.entries import TriggerEntry, Triggers
from callsheet.runs.triggers.signatures import HEADER, check_signature, read_signature
from callsheet.scenario.codec import decode_json
from callsheet.scenario.expressions import EvaluationFailed
from callsheet.scenario.json import Json, JsonObject, is_object
from callsheet.scenario.values import evaluate, or_null

PREVIOUS: Final = "_PREVIOUS"
"""Behind the name of a secret: the one before, which counts as well while keys are changed."""

_INLINE: Final = 64 * 1024
"""Larger bodies are decoded and mapped in a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRequest:
    """A request to a hook as it came.

    Attributes:
        signature: the header `Callsheet-Signature`; None when there is none.
        body: the raw bytes, which the signature is over.
        headers: by lower-case name.
        query: by name; of several values of one name the last.
    """

    signature: str | None
    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRun:
    """What a request began: the run, and its input."""

    run: RunSummary
    input: JsonObject


class Hooks:
    """Takes requests.

    Args:
        triggers: the hooks that there are.
        environment: has their secrets.
        runs: starts runs.
        clock: for the age of signatures.
    """

    def __init__(self, *, triggers: Triggers, environment: Environment, runs: RunService, clock: Clock) -> None:
        self._triggers = triggers
        self._environment = environment
        self._runs = runs
        self._clock = clock

    async def receive(
        self, name: str, request: HookRequest, *, on_genuine: Callable[[], Awaitable[None]] | None = None
    ) -> HookRun:
        """Start a run for a request; it is durable when this returns. The same request again gives the same run.

        Args:
            name: the hook's.
            request: as it came.
            on_genuine: awaited as soon as the signature is known to be good, before anything is done.

        Raises:
            HookNotFound: no hook of this name takes requests.
            HookNotReady: its secret is not set.
            SignatureRefused: the request is not signed with it.
            SignatureExpired: it is, but not now.
            DocumentInvalid: the body is not JSON.
            InputInvalid: the run's input cannot be made of the request, or does not fit the scenario.
            ScenarioNotFound: there is no such scenario any more.
            ScenarioInvalid: the scenario cannot run.
            Forbidden: a step wants what whoever saved the hook may not.
            JournalUnavailable: nothing was accepted.
        """
        entry, hook = await self._hook(name)
        if request.signature is None:
            raise SignatureRefused(f"The request has no header {HEADER}.")
        signature = read_signature(request.signature)
        now = self._clock.now().timestamp()
        check_signature(signature, self._secrets(hook), request.body, now=now, tolerance=hook.tolerance)
        if on_genuine is not None:
            await on_genuine()
        if len(request.body) <= _INLINE:
            run_input = _mapped(hook, request)
        else:
            run_input = await asyncio.to_thread(_mapped, hook, request)
        run = await self._runs.submit(
            hook.scenario_id,
            run_input,
            _key(name, signature.seconds, request.body),
            priority=hook.priority,
            trigger=RunTrigger(kind=TriggerKind.HOOK, name=name),
            mandate=entry.mandate,
        )
        return HookRun(run=run, input=run_input)

    def missing_secret(self, hook: Hook) -> str | None:
        """The variable that the operator has to set before the hook works; None when it is set."""
        return missing_secret(hook, self._environment)

    async def _hook(self, name: str) -> tuple[TriggerEntry, Hook]:
        entry = await self._triggers.get(TriggerKind.HOOK, name)
        hook = entry.hook
        if hook is None or not hook.enabled:
            raise HookNotFound(f"There is no hook '{name}'.")
        return entry, hook

    def _secrets(self, hook: Hook) -> Sequence[str]:
        secrets = secrets_of(hook.secret, self._environment)
        if not secrets:
            raise HookNotReady
        return secrets


def secrets_of(name: str, environment: Environment) -> Sequence[str]:
    """What requests may be signed with, the one to sign with first; empty when nothing is set.

    Args:
        name: `Hook.secret`.
        environment: has it.
    """
    found = [environment.secret(each) for each in (name, name + PREVIOUS)]
    return [each for each in found if each]


def missing_secret(hook: Hook, environment: Environment) -> str | None:
    """The variable that the operator has to set before the hook works; None when it is set."""
    return None if environment.secret(hook.secret) else f"CALLSHEET_SECRET_{hook.secret}"


def _mapped(hook: Hook, request: HookRequest) -> JsonObject:
    """The run's input, made of a request.

    Raises:
        DocumentInvalid: the body is not JSON.
        InputInvalid: an expression fails on it, or what comes out is no object.
    """
    body: Json = decode_json(request.body) if request.body else {}
    headers: JsonObject = {each: request.headers[each] for each in hook.headers if each in request.headers}
    query: JsonObject = dict(request.query)
    try:
        made = or_null(evaluate(hook.input, {"body": body, "headers": headers, "query": query}))
    except EvaluationFailed as exc:
        raise InputInvalid(f"The input of hook '{hook.name}' cannot be made of this request. {exc}") from exc
    if not is_object(made):
        raise InputInvalid(f"The input that hook '{hook.name}' makes of this request is no JSON object.")
    return made


def _key(name: str, seconds: int, body: bytes) -> str:
    # Not over the signature: a sender that signs with two keys still sends one request.
    return f"hook:{hashlib.sha256(f'{name}.{seconds}.'.encode() + body).hexdigest()}"
