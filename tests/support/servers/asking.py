"""A tool server on the SDK's low-level server whose tools ask, work as tasks, report progress and log; both eras.

    python asking.py [--http PORT] [--ledger FILE] [--legacy] [--sse]

Tools:
* `book`: asks where to; declined or cancelled it says so. `{"rounds": n}` asks n times; `{"forget": true}` does not
  accept its state at the first try. On a session, `{"nested": true}` asks for what MCP cannot carry.
* `wander`: asks to be called again with state alone, three times.
* `pay`: sends the person to a link.
* `sample`: wants a model's answer.
* `work`: a task (2026-07-28); `{"ask": true}` asks in the middle, `{"fail": true}` fails, `{"never": true}` never ends,
  `{"id": "…"}` names it, `{"mute": n}` does not answer the first n looks, `{"hiccups": n}` fails them,
  `{"mixes_up": true}` tells of another one.
* `report`: progress 1 to 4 of 4 and a log line each.
* `crawl`: progress until `{"beats": n}` are over, 0.05 s apart; `{"dies": true}` ends the server then.

The ledger has a JSON line for every tool call and task request.
"""

import argparse
import asyncio
import json
import os
from typing import Any

import mcp_types as types
import uvicorn
from mcp.server import Server
from mcp.server.runner import serve_loop
from mcp.server.sse import SseServerTransport
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.api.binding import listen

FORM = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
NESTED = {"type": "object", "properties": {"to": FORM}, "required": ["to"]}
OBJECT = {"type": "object"}
TASKS = "io.modelcontextprotocol/tasks"
TOOLS = ("book", "wander", "pay", "sample", "work", "report", "crawl", "echo")
MOMENT = "2026-11-24T07:00:00Z"


class TaskParams(types.RequestParams):
    task_id: str
    input_responses: dict[str, Any] | None = None


class Tools:
    def __init__(self, ledger: str | None) -> None:
        self.ledger = ledger
        self.forgotten: set[str] = set()
        self.tasks: dict[str, dict[str, Any]] = {}

    def record(self, **entry: Any) -> None:
        if self.ledger is not None:
            with open(self.ledger, "a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")

    async def list(self, _context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool(name=name, input_schema=OBJECT) for name in TOOLS])

    async def call(self, context: Any, params: types.CallToolRequestParams) -> Any:
        arguments = params.arguments or {}
        self.record(tool=params.name, arguments=arguments, state=params.request_state, meta=dict(context.meta or {}))
        return await getattr(self, f"_{params.name}")(context, params, arguments)

    async def _echo(self, context: Any, params: Any, arguments: dict[str, Any]) -> Any:
        return said(arguments)

    async def _book(self, context: Any, params: types.CallToolRequestParams, arguments: dict[str, Any]) -> Any:
        rounds = arguments.get("rounds", 1)
        if context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            return await self._book_on_the_session(context, rounds, arguments)
        done = int(params.request_state or 0)
        if arguments.get("forget") and done and str(context.meta) not in self.forgotten:
            self.forgotten.add(str(context.meta))
            arguments["forget"] = False
            raise MCPError(code=-32602, message="Invalid state", data={"reason": "invalid_request_state"})
        answer: Any = (params.input_responses or {}).get("where")
        if done == rounds:
            return said({"action": answer and answer.action, "content": answer and answer.content})
        return types.InputRequiredResult(
            input_requests={"where": question(f"Where to? ({done + 1})")}, request_state=str(done + 1)
        )

    async def _book_on_the_session(self, context: Any, rounds: int, arguments: dict[str, Any]) -> Any:
        answer = None
        form = NESTED if arguments.get("nested") else FORM
        for number in range(rounds):
            answer = await context.session.elicit_form(f"Where to? ({number + 1})", form, context.request_id)
        return said({"action": answer and answer.action, "content": answer and answer.content})

    async def _wander(self, context: Any, params: types.CallToolRequestParams, arguments: dict[str, Any]) -> Any:
        done = int(params.request_state or 0)
        return said({"done": done}) if done == 3 else types.InputRequiredResult(request_state=str(done + 1))

    async def _pay(self, context: Any, params: types.CallToolRequestParams, arguments: dict[str, Any]) -> Any:
        link = types.ElicitRequestURLParams(
            message="Pay here.", url=arguments.get("url", "https://pay.example/1"), elicitation_id="p1"
        )
        if context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            if arguments.get("paid"):
                return said({"paid": True})
            data = {"elicitations": [link.model_dump(by_alias=True, exclude_none=True)]}
            raise MCPError(code=types.URL_ELICITATION_REQUIRED, message="Pay first", data=data)
        if params.input_responses:
            answer: Any = params.input_responses["pay"]
            return said({"paid": answer.action})
        link.elicitation_id = None
        return types.InputRequiredResult(input_requests={"pay": types.ElicitRequest(params=link)})

    async def _sample(self, context: Any, params: Any, arguments: dict[str, Any]) -> Any:
        message = types.SamplingMessage(role="user", content=types.TextContent(type="text", text="Hi"))
        wish = types.CreateMessageRequest(params=types.CreateMessageRequestParams(messages=[message], max_tokens=5))
        return types.InputRequiredResult(input_requests={"model": wish})

    async def _work(self, context: Any, params: Any, arguments: dict[str, Any]) -> Any:
        task: dict[str, Any] = {
            "taskId": arguments.get("id", f"task-{len(self.tasks) + 1}"),
            "createdAt": MOMENT,
            "lastUpdatedAt": MOMENT,
            "ttlMs": None,
        }
        self.tasks[task["taskId"]] = {"polls": 0, **arguments}
        return {"resultType": "task", "status": "working", "pollIntervalMs": 1, **task}

    async def _report(self, context: Any, params: Any, arguments: dict[str, Any]) -> Any:
        for number in range(1, 5):
            await context.session.report_progress(number, 4, f"part {number}")
            await log(context, f"line {number}")
        return said({"ok": True})

    async def _crawl(self, context: Any, params: Any, arguments: dict[str, Any]) -> Any:
        for number in range(arguments["beats"]):
            await asyncio.sleep(0.05)
            await context.session.report_progress(number, None, "")
        await asyncio.sleep(arguments.get("then", 0))
        if arguments.get("dies"):
            await asyncio.sleep(0.5)
            os._exit(1)
        return said({"beats": arguments["beats"]})

    async def get_task(self, context: Any, params: TaskParams) -> dict[str, Any]:
        self.record(task="get", task_id=params.task_id)
        task = self._task(params.task_id)
        task["polls"] += 1
        if task["polls"] <= task.get("mute", 0):
            await asyncio.Event().wait()
        if task["polls"] <= task.get("hiccups", 0):
            raise MCPError(code=-32603, message="database is locked")
        shown = {"taskId": params.task_id, "createdAt": MOMENT, "lastUpdatedAt": MOMENT, "ttlMs": None}
        shown |= {"resultType": "complete", "pollIntervalMs": 1, "statusMessage": f"look {min(task['polls'], 2)}"}
        if task.get("mixes_up"):
            return {**shown, "taskId": "another", "status": "completed", "result": {"content": []}}
        if task["polls"] < 3 + task.get("mute", 0) + task.get("hiccups", 0) or task.get("never"):
            return {**shown, "status": "working"}
        if task.get("fail"):
            return {**shown, "status": "failed", "error": {"code": -32603, "message": "the machine broke"}}
        if task.get("ask") and "answers" not in task:
            asked = question("Which one?").model_dump(by_alias=True, exclude_none=True)
            return {**shown, "status": "input_required", "inputRequests": {"which": asked}}
        result = said({"polls": task["polls"] > 0, "answers": task.get("answers"), **task.get("gives", {})})
        return {**shown, "status": "completed", "result": result.model_dump(by_alias=True, exclude_none=True)}

    async def update_task(self, context: Any, params: TaskParams) -> dict[str, Any]:
        self.record(task="update", task_id=params.task_id)
        self._task(params.task_id)["answers"] = params.input_responses
        return {"resultType": "complete"}

    async def cancel_task(self, context: Any, params: TaskParams) -> dict[str, Any]:
        self.record(task="cancel", task_id=params.task_id)
        self._task(params.task_id)
        return {"resultType": "complete"}

    def _task(self, task_id: str) -> dict[str, Any]:
        if task_id not in self.tasks:
            raise MCPError(code=-32602, message=f"Unknown task {task_id}")
        return self.tasks[task_id]


def question(message: str) -> types.ElicitRequest:
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=message, requested_schema=FORM))


def said(structured: dict[str, Any]) -> types.CallToolResult:
    text = types.TextContent(type="text", text=json.dumps(structured))
    return types.CallToolResult(content=[text], structured_content=structured)


async def log(context: Any, text: str) -> None:
    params = types.LoggingMessageNotificationParams(level="info", logger="asking", data=text)
    await context.session.send_notification(types.LoggingMessageNotification(params=params), context.request_id)


def create(tools: Tools) -> Server[Any]:
    server: Server[Any] = Server("asking", version="1", on_list_tools=tools.list, on_call_tool=tools.call)
    server.add_request_handler("tasks/get", TaskParams, tools.get_task)
    server.add_request_handler("tasks/update", TaskParams, tools.update_task)
    server.add_request_handler("tasks/cancel", TaskParams, tools.cancel_task)
    return server


async def without_discovery(ctx: Any, call_next: Any) -> Any:
    """Make the server one that knows only the `initialize` era."""
    if ctx.method == "server/discover":
        raise MCPError(code=types.METHOD_NOT_FOUND, message="Method not found")
    return await call_next(ctx)


async def over_stdio(server: Server[Any], *, legacy: bool) -> None:
    async with stdio_server() as (read, write):
        options = server.create_initialization_options()
        if legacy:  # the SDK's usual loop commits itself to the era of the first request, which is the probe
            await serve_loop(server, read, write, lifespan_state={}, init_options=options)
        else:
            await server.run(read, write, options)


class Doorkeeper:
    """Lets in no look at a task before it has sent so many away with 401."""

    def __init__(self, app: ASGIApp, refusals: int) -> None:
        self._app = app
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_look = scope["type"] == "http" and (b"mcp-method", b"tasks/get") in scope["headers"]
        if is_look and self._refusals > 0:
            self._refusals -= 1
            await Response(status_code=401)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def over_http(server: Server[Any], port: int, refusals: int) -> None:
    listening = listen("127.0.0.1", port)
    os.write(1, b"%d\n" % listening.getsockname()[1])
    app = Doorkeeper(server.streamable_http_app(), refusals)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])


def over_sse(server: Server[Any]) -> None:
    """Serve over the transport of 2024-11-05: the stream at /mcp, and every POST there is refused."""
    transport = SseServerTransport("/messages/")

    class Stream:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            async with transport.connect_sse(scope, receive, send) as (read, write):
                options = server.create_initialization_options()
                await serve_loop(server, read, write, lifespan_state={}, init_options=options)

    routes = [Route("/mcp", Stream(), methods=["GET"]), Mount("/messages/", transport.handle_post_message)]
    listening = listen("127.0.0.1", 0)
    os.write(1, b"%d\n" % listening.getsockname()[1])
    uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error")).run(sockets=[listening])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--ledger")
    parser.add_argument("--http", type=int)
    parser.add_argument("--legacy", action="store_true")
    parser.add_argument("--sse", action="store_true")
    parser.add_argument("--refused-looks", type=int, default=0)
    options = parser.parse_args()
    made = create(Tools(options.ledger))
    if options.legacy:
        made.middleware.append(without_discovery)
    if options.sse:
        over_sse(made)
    elif options.http is None:
        asyncio.run(over_stdio(made, legacy=options.legacy))
    else:
        over_http(made, options.http, options.refused_looks)
