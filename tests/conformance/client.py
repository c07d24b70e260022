"""The client that the official conformance suite puts to the test: Callsheet's own pool, as a scenario uses it.

    python client.py URL

The suite says in MCP_CONFORMANCE_SCENARIO what it wants to see, and in MCP_CONFORMANCE_CONTEXT what else is needed.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx2

from callsheet.cli.forms import fill
from callsheet.errors.tools import AuthRequired, ToolCallFailed
from callsheet.runs.tools import (
    Elicitation,
    ElicitationAction,
    ElicitationAnswer,
    InputRequired,
    ToolCall,
    ToolInfo,
    ToolResult,
)
from callsheet.scenario.json import Json, JsonObject, is_object
from callsheet.tools.oauth.login import waiting_for_browser
from callsheet.tools.oauth.tokens import MemoryTokens
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import Auth, ClientCredentials, HttpServer, OAuth, PrivateKeyJwt
from callsheet.tools.signing import sign_in_of
from callsheet.tools.transports.tls import SharedTls

SCENARIO = os.environ.get("MCP_CONFORMANCE_SCENARIO", "")
ECHO = "json_schema_echo"
CONTEXT: dict[str, Any] = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")


class Agreeable:
    """A person who takes whatever is proposed."""

    async def ask(self, prompt: str) -> str | None:
        return ""

    def tell(self, text: str) -> None:
        pass


async def issuer_of(url: str) -> str:
    """The authorization server that the tool server names; a person reads it in the server's documentation."""
    address = httpx2.URL(url)
    well_known = address.copy_with(path=f"/.well-known/oauth-protected-resource{address.path}")
    async with httpx2.AsyncClient() as client:
        return str((await client.get(well_known)).json()["authorization_servers"][0])


async def auth(url: str) -> Auth | None:
    """How the scenario wants the client to sign in."""
    if not SCENARIO.startswith("auth/"):
        return None
    if SCENARIO == "auth/client-credentials-basic":
        return ClientCredentials(
            client_id=CONTEXT["client_id"], client_secret=CONTEXT["client_secret"], issuer=await issuer_of(url)
        )
    if SCENARIO == "auth/client-credentials-jwt":
        return PrivateKeyJwt(
            client_id=CONTEXT["client_id"],
            key=CONTEXT["private_key_pem"],
            algorithm=CONTEXT.get("signing_algorithm", "ES256"),
            issuer=await issuer_of(url),
        )
    return OAuth(
        client_id=CONTEXT.get("client_id"),
        client_secret=CONTEXT.get("client_secret"),
        client_metadata_url="https://conformance-test.local/client-metadata.json",
    )


async def main(url: str) -> None:
    server, store = HttpServer(name="suite", url=url, auth=await auth(url)), MemoryTokens()
    if isinstance(server.auth, OAuth):
        await sign_in(server, store)
    async with ToolPool([server], environment=os.environ, jitter=lambda: 0.0, tokens=store) as tools:
        listing = await tools.list()
        if listing.unavailable and isinstance(server.auth, OAuth):
            await sign_in(server, store)
            await asyncio.sleep(2)  # as long as the pool leaves such a server alone
            listing = await tools.list()
        if listing.unavailable:
            raise SystemExit(f"no tools: {listing.unavailable}")
        for request in calls(listing.tools):
            with suppress(ToolCallFailed):  # some scenarios want calls to fail
                try:
                    await call(tools, request)
                except AuthRequired:
                    await sign_in(server, store)
                    await call(tools, request)


def calls(tools: Sequence[ToolInfo]) -> list[ToolCall]:
    """The calls that the scenario wants, or one of every tool."""
    if "toolCalls" in CONTEXT:
        return [request_of("suite", each["name"], each["arguments"]) for each in CONTEXT["toolCalls"]]
    schemas = {tool.name: tool.input_schema for tool in tools}
    if ECHO in schemas:
        return [request_of("suite", ECHO, {"schema": schemas["json_schema_2020_12_tool"]})]
    return [request_of(tool.server, tool.name, arguments_for(tool.input_schema)) for tool in tools]


async def sign_in(server: HttpServer, store: MemoryTokens) -> None:
    signing = sign_in_of(server, store, SharedTls())
    assert signing is not None

    async def show(address: str) -> None:
        async with httpx2.AsyncClient() as browser:
            response = await browser.get(address)
            if (back := response.headers.get("location")) is not None:
                asyncio.get_running_loop().create_task(follow(back))

    async with waiting_for_browser(show) as person:
        await signing.sign_in(person, 20)


async def follow(address: str) -> None:
    async with httpx2.AsyncClient() as browser:
        await browser.get(address)


def request_of(server: str, tool: str, arguments: JsonObject) -> ToolCall:
    return ToolCall(
        server=server, tool=tool, arguments=arguments, timeout=20.0, idempotency_key=f"suite-{tool}", attempt=1
    )


async def call(tools: ToolPool, request: ToolCall) -> ToolResult:
    while True:
        outcome = await tools.call(request)
        if isinstance(outcome, ToolResult):
            return outcome
        answers = {}
        if isinstance(outcome, InputRequired):
            answers = {each.key: await answer(each) for each in outcome.requests}
        request = replace(request, continuation=outcome.continuation, answers=answers)


async def answer(question: Elicitation) -> ElicitationAnswer:
    """Accept, with what the form proposes where it proposes something."""
    form = question.form_schema or {}
    content: JsonObject = {}
    properties = form.get("properties")
    proposed = (
        [name for name, field in properties.items() if isinstance(field, dict) and "default" in field]
        if isinstance(properties, dict)
        else []
    )
    if proposed:
        filled = await fill(form, Agreeable())
        content = filled if isinstance(filled, dict) else {}
    elif isinstance(properties, dict):
        content = {name: example(field) for name, field in properties.items()}
    return ElicitationAnswer(action=ElicitationAction.ACCEPT, content=content)


def arguments_for(schema: JsonObject) -> JsonObject:
    properties = schema.get("properties")
    return {name: example(field) for name, field in properties.items()} if isinstance(properties, dict) else {}


def example(field: Json) -> Json:
    match field.get("type") if is_object(field) else None:
        case "integer":
            return 3
        case "number":
            return 5
        case "boolean":
            return True
        case "array":
            return []
        case "object":
            return {}
        case "null":
            return None
        case _:
            return "text"


if __name__ == "__main__":
    asyncio.run(main(sys.argv[-1]))
