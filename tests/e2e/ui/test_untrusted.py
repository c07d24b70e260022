"""What others wrote stays text on every page: scenarios, runs, tools and their answers, triggers, addresses.

Every string that somebody outside controls is the corpus, whole where the length allows, else a part in each of many.
"""

import json
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from callsheet.access.scopes import Role
from callsheet.scenario.json import Json, JsonObject
from tests.e2e.ui.corpus import ADDRESSES, CORPUS, EVERYTHING, LONG, LOOK, MARKUP, WATCH
from tests.e2e.ui.guarded import Guarded, guarded, signed_in
from tests.e2e.ui.stage import SERVERS, Stage, begin, call, document, follow, has_ended, is_at, put
from tests.e2e.ui.watched import Faults
from tests.support.service import Service, program

NAMED = {f"told_{number}": text for number, text in enumerate(CORPUS)}
ALL_FIELDS: JsonObject = {
    text: {"type": "string", "title": text, "description": text, "default": text, "examples": [text]} for text in CORPUS
}
FIELDS: JsonObject = {name: field for name, field in ALL_FIELDS.items() if name != "__proto__"}
"""With that name a form is drawn as JSON."""

FORM: JsonObject = {
    "type": "object",
    "title": EVERYTHING,
    "description": EVERYTHING,
    "properties": {
        **FIELDS,
        "choice": {"enum": [*CORPUS], "title": EVERYTHING},
        "either": {"anyOf": [{"type": "string", "title": text} for text in MARKUP[:4]]},
        "shaped": {"type": "string", "pattern": "<script>xss()</script>", "description": EVERYTHING},
        "below": {"$ref": "#/$defs/below"},
    },
    "additionalProperties": True,
    "$defs": {"below": {"type": "object", "title": EVERYTHING, "properties": ALL_FIELDS}},
}
MAPPED: JsonObject = {text: text for text in CORPUS}
QUESTION: JsonObject = {
    "name": "ask",
    "type": "approval",
    "message": EVERYTHING,
    "assignees": [*(text for text in CORPUS if text.isprintable()), Role.ADMIN.value],
    "form_schema": {**FORM, "required": []},
}


def told(scenario_id: str, text: str, *steps: JsonObject, **fields: Json) -> JsonObject:
    """A scenario that is called like this."""
    return document(scenario_id, text, *steps, description=EVERYTHING, tags=[text], **fields)


WORDS = told(
    "words",
    MARKUP[0],
    call("report", "report", server="wild", description=EVERYTHING),
    call("say", "say", server="wild", input={"const": MAPPED}),
    {"name": "keep", "type": "transform", "output": {"given": {"from": "input"}, "long": LONG}, "x-note": EVERYTHING},
    input_schema=FORM,
    output_schema={**FORM, "required": []},
)
SHORT = document("short", MARKUP[1], call("say", "say", server="wild"))
FAILS = told(
    "fails", MARKUP[3], call("fail", "fail", server="wild", input={"const": MAPPED}, retry={"max_attempts": 2})
)
STOPS = told("stops", MARKUP[5], {"name": "stop", "type": "fail", "code": "Own", "message": EVERYTHING})
ASKS = told("asks", MARKUP[6], QUESTION)
TOOL_ASKS = told("tool_asks", MARKUP[7], call("ask", "ask", server="wild"))
SENDS = told(
    "sends",
    MARKUP[8],
    {
        "name": "each",
        "type": "foreach",
        "items": [*range(len(ADDRESSES))],
        "max_concurrency": len(ADDRESSES),
        "steps": [call("pay", "pay", server="wild", input={"address": {"from": "item"}}, on_error="continue")],
    },
)
"""A question for each address that the tool sends the person to; the service takes web addresses alone."""


@dataclass(frozen=True, slots=True)
class Untrusted:
    """The service, and what is on it."""

    house: Guarded
    stage: Stage


@pytest.fixture(scope="module")
def untrusted(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Untrusted]:
    """A service where everybody speaks the corpus, and asks who calls."""
    home = tmp_path_factory.mktemp("untrusted")
    texts = home / "texts.json"
    given = {"everything": EVERYTHING, "texts": CORPUS, "addresses": ADDRESSES, "long": LONG}
    texts.write_text(json.dumps(given), encoding="utf-8")
    wild = program(SERVERS / "untrusted.py", texts)
    with guarded(home / "house", (command, "serve"), servers={"wild": wild}) as house, house.client() as client:
        for name, text in NAMED.items():
            saved(client, told(name, text, {"name": "say", "type": "transform", "output": text}))
        for scenario in (SHORT, WORDS, FAILS, STOPS, ASKS, TOOL_ASKS, SENDS):
            saved(client, scenario)
        trigger: JsonObject = {"schema_version": "1", "scenario_id": "words", "description": EVERYTHING}
        put(client, "/api/schedules/nightly", {**trigger, "name": "nightly", "cron": "30 2 * * *", "input": MAPPED})
        put(client, "/api/hooks/push", {**trigger, "name": "push", "secret": "PUSH", "input": {"const": MAPPED}})
        yield Untrusted(house, Stage(house.service, _runs(client)))


def saved(client: httpx2.Client, scenario: JsonObject) -> None:
    """Save it, and once more with another description, so that there is a difference."""
    path = f"/api/scenarios/{scenario['scenario_id']}"
    put(client, path, {**scenario, "description": "Soon to be changed."})
    put(client, path, scenario)


def _runs(client: httpx2.Client) -> Mapping[str, str]:
    runs = {name: begin(client, name) for name in ("fails", "stops", "asks", "tool_asks", "sends")}
    runs["words"] = begin(client, "words", **MAPPED, long=LONG)
    runs["answered"] = begin(client, "asks")
    follow(client, runs["answered"], is_at("step_waiting"))
    answer: JsonObject = {"approved": True, "comment": EVERYTHING, "data": MAPPED}
    client.post(f"/api/runs/{runs['answered']}/steps/ask/answer", json=answer).raise_for_status()
    for name in ("fails", "stops", "words", "answered"):
        follow(client, runs[name], has_ended)
    for name in ("asks", "tool_asks", "sends"):
        follow(client, runs[name], is_at("run_waiting"))
    return runs


@pytest.fixture(scope="module")
def stage(untrusted: Untrusted) -> Stage:
    return untrusted.stage


@pytest.fixture(scope="module")
def service(stage: Stage) -> Service:
    return stage.service


@pytest.fixture(scope="module")
def returning(returning: BrowserContext, untrusted: Untrusted) -> BrowserContext:
    """Signed in as the administrator, who may see everything."""
    returning.add_init_script(WATCH)
    signed_in(returning.pages[0], untrusted.house.keys[Role.ADMIN], "/")
    return returning


@pytest.fixture
def context(returning: BrowserContext) -> BrowserContext:
    return returning


def harmless(page: Page) -> None:
    """Nothing of what was written became more than text, and the page can still be used."""
    page.get_by_role("navigation").first.wait_for(state="attached")
    assert page.evaluate(LOOK) == []


def test_the_watch_bites(page: Page, faults: Faults) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    harmless(page)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<b data-xss>bold</b>')")
    page.evaluate("xss()")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<a href=\" javascript:xss()\">a</a>')"
    )
    found: list[str] = page.evaluate(LOOK)
    assert len(found) == 3
    page.evaluate(
        """document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="data:," onerror="xss()">')"""
    )
    with page.expect_console_message(lambda message: "The policy forbids script-src-attr" in message.text):
        page.evaluate("document.querySelector('img[onerror]').dispatchEvent(new Event('error'))")
    faults.expect("script-src")


def opened(*names: str) -> Callable[[Page], None]:
    """Press these buttons, one after the other."""

    def act(page: Page) -> None:
        for name in names:
            page.get_by_role("button", name=re.compile(name)).first.click()

    return act


def typed(*strokes: str) -> Callable[[Page], None]:
    """Press these keys."""

    def act(page: Page) -> None:
        for stroke in strokes:
            page.keyboard.press(stroke)

    return act


def failed(page: Page) -> None:
    """Wait until the tool said that it failed."""
    expect(page.get_by_text("The tool says that it failed").first).to_be_visible()


def nothing(page: Page) -> None:
    """The page shows it by itself."""


def then(*acts: Callable[[Page], None]) -> Callable[[Page], None]:
    """One after the other."""

    def act(page: Page) -> None:
        for each in acts:
            each(page)
            harmless(page)

    return act


def tab(*names: str) -> Callable[[Page], None]:
    """Look at these tabs."""

    def act(page: Page) -> None:
        for name in names:
            page.get_by_role("tab", name=name, exact=True).last.click()
            harmless(page)

    return act


def whole(role: str, name: str = "") -> Callable[[Page], None]:
    """Wait for what says that the page is whole."""
    selector = f"role={role}[name=/{name}/]" if name else f"role={role}"
    return lambda page: page.locator(selector).first.wait_for()


ADDRESSED = quote(MARKUP[6], safe="")
TOOL = f"/tools/wild/{quote(MARKUP[3], safe='')}"
VISITS = {
    "dashboard": ("/", whole("heading", "Dashboard"), nothing),
    "palette": ("/", whole("heading", "Dashboard"), typed("Control+k", "<", "ArrowDown", "ArrowDown", "Escape")),
    "scenarios": ("/scenarios", whole("link", "script"), nothing),
    "scenario": ("/scenarios/words", whole("button", "report"), tab("Source", "Input and output", "Runs", "Revisions")),
    "scenario step": ("/scenarios/words?step=keep", whole("region", "Step keep"), nothing),
    "scenario approval": ("/scenarios/asks?step=ask", whole("region", "Step ask"), nothing),
    "run form": ("/scenarios/words?run=true", whole("button", "Start the run"), tab("JSON", "Form")),
    "run form refused": ("/scenarios/words?run=true", whole("button", "Start the run"), opened("example", "Start the")),
    "editor": ("/scenarios/words/edit", whole("textbox", "words"), typed("Control+s")),
    "completion": (
        "/scenarios/short/edit",
        whole("textbox", "short"),
        then(lambda page: page.get_by_text('"tool": "say"').first.click(), typed("Control+Space"), whole("listbox")),
    ),
    "event": ("/runs/{words}?tab=events", whole("button", "Event 1,"), opened("Event 1,", "Event 3,", "Event 5,")),
    "runs": ("/runs", whole("row", "failed"), nothing),
    "bulk dialog": ("/runs?status=failed", whole("row", "failed"), opened("Retry")),
    "compare": ("/runs/compare?a={words}&b={fails}", whole("heading", "Compare"), nothing),
    "compare of one scenario": ("/runs/compare?a={asks}&b={answered}", whole("heading", "Compare"), nothing),
    **{
        f"run {name}": (
            f"/runs/{{{name}}}",
            whole("tab", "Graph"),
            tab("Timeline", "Events", "Input", "Output", "Graph"),
        )
        for name in ("words", "fails", "stops", "asks", "answered", "tool_asks", "sends")
    },
    **{
        f"step {path} of {name}": (f"/runs/{{{name}}}?tab=timeline&step={path}", whole("complementary"), nothing)
        for name, path in (
            ("words", "report"),
            ("words", "say"),
            ("words", "keep"),
            ("fails", "fail"),
            ("stops", "stop"),
            ("asks", "ask"),
            ("answered", "ask"),
            ("tool_asks", "ask"),
            ("sends", f"each[{len(ADDRESSES) - 1}].pay"),
        )
    },
    "fork dialog": ("/runs/{words}?tab=timeline", whole("region", "Timeline"), opened("Fork")),
    "tools": ("/tools", whole("heading", "wild"), opened("Show all")),
    "tool": (TOOL, whole("button", "Call"), tab("Schemas", "Changes")),
    "answer of a tool": ("/tools/wild/say", whole("button", "Call"), opened("^Call", "Show the picture")),
    "raw answer": ("/tools/wild/say", whole("button", "Call"), then(opened("^Call", "Show the picture"), tab("Raw"))),
    "failure of a tool": (
        "/tools/wild/fail",
        whole("button", "Call"),
        then(opened("^Call"), failed),
    ),
    "logs of a tool": ("/tools/wild/report", whole("button", "Call"), then(opened("^Call"), whole("heading", "Log"))),
    "question of a tool": (
        "/tools/wild/ask",
        whole("button", "Call"),
        opened("^Call", "Accept and send", "Show the p"),
    ),
    "schedules": ("/triggers", whole("link", "nightly"), nothing),
    "schedule": ("/schedules/nightly", whole("heading", "nightly"), nothing),
    "hook": ("/hooks/push", whole("heading", "push"), nothing),
    "statistics": ("/stats?window=24h", whole("table", "Scenarios"), nothing),
    "statistics of an address": (
        f"/stats?scenario_id={ADDRESSED}&window={ADDRESSED}",
        whole("heading", "Nothing"),
        nothing,
    ),
    "audit log": ("/audit", whole("table", "Acts"), nothing),
    "audit log of an address": (f"/audit?subject={ADDRESSED}&target={ADDRESSED}", whole("heading", "No act"), nothing),
    "keys": ("/keys", whole("table", "Keys"), nothing),
    "account": ("/", whole("heading", "Dashboard"), opened("your account")),
    "settings": ("/settings", whole("heading", "Settings"), nothing),
    "address of no page": (f"/{quote(MARKUP[0], safe='')}", whole("heading", "no such page"), nothing),
    "query of the runs": (f"/runs?q={ADDRESSED}&scenario_id={ADDRESSED}&status={ADDRESSED}", whole("main"), nothing),
    "query of the scenarios": (f"/scenarios?q={ADDRESSED}&tags={ADDRESSED}", whole("main"), nothing),
    "step of an address": (f"/runs/{{words}}?step={ADDRESSED}&tab={ADDRESSED}", whole("complementary"), nothing),
    "names of an address": (f"/tools/{ADDRESSED}/{ADDRESSED}", whole("heading", "no such tool"), nothing),
}


REFUSED = {"query of the runs": "422"}
"""What the browser says of answers that are no mistake of the page."""


@pytest.mark.parametrize("visit", VISITS)
def test_what_others_wrote_is_text(page: Page, faults: Faults, stage: Stage, visit: str) -> None:
    address, wait, act = VISITS[visit]
    page.goto(stage.address(address))
    wait(page)
    harmless(page)
    act(page)
    harmless(page)
    page.mouse.move(640, 400)
    page.keyboard.press("Tab")
    harmless(page)
    if visit in REFUSED:
        faults.expect(REFUSED[visit])
