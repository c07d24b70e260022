"""`callsheet hooks sign`: what it does."""

from datetime import UTC, datetime
from shlex import quote

from callsheet.api.schemas.triggers import HookDetail
from callsheet.cli.asked_server import server_of
from callsheet.cli.commands.hooks_sign import HooksSignOptions
from callsheet.cli.failures import DONE, Refused, say
from callsheet.cli.inputs import read_bytes
from callsheet.cli.screen import seconds_text, write
from callsheet.cli.surroundings import surroundings
from callsheet.cli.trigger_access import open_triggers
from callsheet.runs.triggers.hooks import secrets_of
from callsheet.runs.triggers.signatures import HEADER, sign
from callsheet.scenario.codec import DocumentInvalid, decode_json
from callsheet.settings import Settings, environment
from callsheet.storage import operator_environment


async def act(options: HooksSignOptions) -> int:
    """Write the curl line; the exit status."""
    with surroundings(options.places) as settings:
        async with open_triggers(settings) as triggers:
            hook = await triggers.hook(options.name)
        where = options.url or _service(settings)
    body = _body(options.body)
    now = datetime.now(UTC)
    header = f"{HEADER}: {sign(_secret(hook, settings), int(now.timestamp()), body)}"
    data = options.body if _is_file(options.body) else body.decode()
    kind = "-H 'Content-Type: application/json' "
    write(f"curl {kind}-H {quote(header)} --data-binary {quote(data)} {quote(where.rstrip('/') + hook.url)}")
    if not hook.ready:
        say(f"The hook takes no requests now: see 'callsheet hooks show {hook.name}'.")
    say(f"Valid for {seconds_text(hook.tolerance or 0)} from now. Sent again, it gives the same run.")
    return DONE


def _secret(hook: HookDetail, settings: Settings) -> str:
    if hook.secret is None:
        raise Refused(f"The hook '{hook.name}' has errors. 'callsheet hooks show {hook.name}' says which.")
    secrets = secrets_of(hook.secret, operator_environment(settings, environment()))
    if not secrets:
        raise Refused(f"CALLSHEET_SECRET_{hook.secret} is not set here, so nothing can be signed with it.")
    return secrets[0]


def _body(text: str) -> bytes:
    body = read_bytes(text)
    try:
        decode_json(body)
    except DocumentInvalid as exc:
        raise Refused(f"The hook takes JSON, and --body is none: {exc}") from exc
    return body


def _is_file(text: str) -> bool:
    return text.startswith("@") and text != "@-"


def _service(settings: Settings) -> str:
    server = server_of(settings)
    if server is not None:
        return server.note["url"]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"
