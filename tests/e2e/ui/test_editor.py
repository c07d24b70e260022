"""A scenario is written in the browser: what is wrong is marked, names are offered, nothing of it gets lost."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from callsheet.scenario.json import JsonObject
from tests.e2e.ui.journey import ended, node, submit
from tests.e2e.ui.watched import Faults
from tests.support.service import Service, program, serving

ECHO = Path(__file__).parents[2] / "support" / "servers" / "echo.py"

GREET: JsonObject = {
    "schema_version": "1",
    "scenario_id": "greet",
    "name": "Greet",
    "input_schema": {"type": "object", "properties": {"name": {"type": "string"}}},
    "steps": [{"name": "hello", "type": "transform", "output": {"text": {"template": "Hello, ${input.name}"}}}],
    "output": {"from": "steps.hello.output.text"},
}
BEGUN = """\
schema_version: "1"
scenario_id: total
name: Add up
steps:
  - name: sum
    type: tool
    server: echo
    tool: add
    input: {a: 1, b: 2}
  - name: told
    type: transform
    output:
      from: steps.som.output
"""


@pytest.fixture(scope="module")
def service(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service with a tool server and a scenario that is a file."""
    folder = tmp_path_factory.mktemp("house") / "house"
    servers = {"echo": program(ECHO)}
    with serving(folder, scenarios=[GREET], servers=servers, command=(command, "serve")) as running:
        yield running


def saved(service: Service, scenario_id: str) -> str:
    """A scenario like the file under another id, which can be changed; the revision that it has."""
    with service.client() as client:
        answer = client.put(f"/api/scenarios/{scenario_id}", json={**GREET, "scenario_id": scenario_id})
    return answer.raise_for_status().headers["etag"]


def editor(page: Page, scenario_id: str) -> Locator:
    """The text of a scenario that is opened in the editor."""
    page.goto(f"/scenarios/{scenario_id}/edit")
    expect(page.get_by_text("The checker has nothing to say")).to_be_visible()  # everything is in its place
    return page.get_by_role("textbox", name=f"Text of the scenario {scenario_id}")


def rewrite(page: Page, text: Locator, words: str) -> None:
    """Put `words` in place of the whole text."""
    text.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(words)


def problems(page: Page) -> Locator:
    """What the checker says, a line each."""
    return page.get_by_role("tabpanel", name=re.compile("^Problems")).get_by_role("listitem")


def save(page: Page) -> None:
    """Press the button."""
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_broken_reference_is_marked_mended_and_saved_as_revision_after_revision(
    page: Page, faults: Faults, service: Service
) -> None:
    page.goto("/scenarios")
    page.get_by_role("link", name=re.compile("^New scenario")).click()
    page.get_by_role("textbox", name="Name").fill("Total")
    page.get_by_role("radio", name="Nearly empty").check()
    page.get_by_role("button", name="Go on in the editor").click()
    text = page.get_by_role("textbox", name="Text of the scenario total")
    rewrite(page, text, BEGUN)
    broken = problems(page).filter(has_text="E130")
    expect(broken).to_contain_text("line 13")
    expect(page.locator(".cm-lintRange-error")).to_have_text("steps.som.output")
    save(page)
    expect(page.get_by_role("alert", name="Nothing was saved")).to_contain_text("som")
    faults.expect("404")  # it is not there before it is saved
    faults.expect("422")

    broken.get_by_role("button", name="Write 'sum'").click()
    expect(problems(page)).to_have_count(0)
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    save(page)
    expect(page.get_by_text("Saved as revision 1.")).to_be_visible()
    text.get_by_text("Add up").dblclick()
    page.keyboard.insert_text("Count")
    save(page)
    expect(page.get_by_text("Saved as revision 2.")).to_be_visible()
    with service.client() as client:
        assert client.get("/api/scenarios/total").json()["name"] in {"Count up", "Add Count"}
    page.get_by_role("link", name="Run it").click()
    page.get_by_role("dialog").get_by_role("button", name="Start the run").click()
    expect(node(page, "told, transform, success")).to_be_visible()


def test_names_of_steps_and_inputs_of_tools_are_offered(page: Page, service: Service) -> None:
    saved(service, "offers")
    text = editor(page, "offers")
    page.get_by_text("YAML", exact=True).click()
    rewrite(page, text, BEGUN.replace("total", "offers").replace("som.output", "").replace("{a: 1, b: 2}", ""))
    offered = page.get_by_role("listbox", name="Completions")
    page.keyboard.press("Backspace")  # the end of the last line
    page.keyboard.press("Control+Space")
    expect(offered.get_by_role("option", name=re.compile("^sum"))).to_be_visible()
    offered.get_by_role("option", name=re.compile("^sum")).click()
    expect(text).to_contain_text("from: steps.sum")

    rewrite(page, text, BEGUN.partition("input:")[0] + "input:\n      ")
    page.keyboard.press("Control+Space")
    for name in ("a", "b"):
        expect(offered.get_by_role("option", name=re.compile(rf"^{name}(number|$|\W)"))).to_be_visible()


def test_who_asks_before_the_tools_have_come_is_answered_when_they_do(page: Page, service: Service) -> None:
    saved(service, "early")
    held: list[Route] = []
    page.route("**/api/tools", lambda request: held.append(request))
    text = editor(page, "early")
    page.get_by_text("YAML", exact=True).click()
    rewrite(page, text, BEGUN.replace("total", "early").partition("input:")[0] + "input:\n      ")
    page.keyboard.press("Control+Space")
    expect(page.get_by_role("option")).to_have_count(0)
    assert held
    for request in held:
        request.continue_()
    expect(page.get_by_role("option", name=re.compile(r"^a(number|$|\W)"))).to_be_visible()


def overtaken(page: Page, service: Service, scenario_id: str) -> Locator:
    """The text of a scenario that was named "Mine" and saved after somebody else had saved it as "Theirs"."""
    first = saved(service, scenario_id)
    text = editor(page, scenario_id)
    text.get_by_text("Greet").dblclick()
    page.keyboard.insert_text("Mine")
    with service.client() as client:
        theirs = {**GREET, "scenario_id": scenario_id, "name": "Theirs"}
        client.put(f"/api/scenarios/{scenario_id}", json=theirs, headers={"If-Match": first}).raise_for_status()
    save(page)
    return text


def test_a_lost_update_shows_theirs_and_mine(page: Page, faults: Faults, service: Service) -> None:
    overtaken(page, service, "shared")
    dialog = page.get_by_role("dialog", name="Somebody else saved this scenario meanwhile")
    expect(dialog.get_by_role("textbox", name="What is saved now")).to_contain_text("Theirs")
    expect(dialog.get_by_role("textbox", name="Your text")).to_contain_text("Mine")
    with service.client() as client:
        assert client.get("/api/scenarios/shared").json()["name"] == "Theirs"
    faults.expect("409")
    dialog.get_by_role("button", name="Keep mine on top of theirs").click()
    expect(page.get_by_text("Saved as revision 3.")).to_be_visible()
    with service.client() as client:
        assert client.get("/api/scenarios/shared").json()["name"] == "Mine"


def test_theirs_can_be_taken_in_place_of_mine(page: Page, faults: Faults, service: Service) -> None:
    text = overtaken(page, service, "given_up")
    page.get_by_role("dialog").get_by_role("button", name="Take theirs").click()
    faults.expect("409")
    expect(text).to_contain_text("Theirs")
    expect(text).not_to_contain_text("Mine")
    expect(page.get_by_text("All changes are saved")).to_be_visible()
    text.get_by_text("Theirs").dblclick()
    page.keyboard.insert_text("Both")
    save(page)
    expect(page.get_by_text("Saved as revision 3.")).to_be_visible()  # on top of theirs, without another question
    with service.client() as client:
        assert client.get("/api/scenarios/given_up").json()["name"] == "Both"


def test_comments_are_not_lost_without_a_question(page: Page, service: Service) -> None:
    saved(service, "commented")
    text = editor(page, "commented")
    page.get_by_text("YAML", exact=True).click()
    rewrite(page, text, "# Ask Ada before this is changed.\n" + BEGUN.replace("total", "commented"))
    page.get_by_text("JSON", exact=True).click()
    question = page.get_by_role("dialog", name="Lose the comments?")
    question.get_by_role("button", name="Stay with YAML").click()
    expect(question).to_have_count(0)
    expect(text).to_contain_text("# Ask Ada")
    page.get_by_text("JSON", exact=True).click()
    question.get_by_role("button", name="Convert to JSON").click()
    expect(text).to_contain_text('"name": "Add up"')
    expect(text).not_to_contain_text("Ask Ada")


def test_a_file_is_only_read_and_can_be_copied(page: Page, service: Service) -> None:
    editor(page, "greet")
    expect(page.get_by_text("A file, read only here")).to_be_visible()
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Save as a copy").click()
    dialog = page.get_by_role("dialog", name="Save as a copy")
    dialog.get_by_role("textbox", name="Id of the copy").fill("greet_too")
    dialog.get_by_role("button", name="Save the copy").click()
    expect(page).to_have_url(re.compile("/scenarios/greet_too/edit$"))
    expect(page.get_by_text("All changes are saved")).to_be_visible()
    with service.client() as client:
        assert client.get("/api/scenarios/greet_too").json() == {**GREET, "scenario_id": "greet_too"}


def test_a_draft_survives_a_reload(page: Page, service: Service) -> None:
    saved(service, "draft")
    text = editor(page, "draft")
    text.get_by_text("Greet").dblclick()
    page.keyboard.insert_text("Welcome")
    expect(page.get_by_text("Changes that are not saved")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())  # the browser asks whether to leave
    page.reload()
    expect(page.get_by_text("There is a draft that was not saved")).to_be_visible()
    expect(text).not_to_contain_text("Welcome")
    page.get_by_role("button", name="Go on with the draft").click()
    expect(text).to_contain_text("Welcome")
    save(page)
    expect(page.get_by_text("Saved as revision 2.")).to_be_visible()
    page.reload()
    expect(text).to_contain_text("Welcome")
    expect(page.get_by_text("There is a draft that was not saved")).to_have_count(0)


def test_an_expression_is_tried_on_a_past_run(page: Page, service: Service) -> None:
    saved(service, "tried")
    run_id = submit(service, "tried", {"name": "Ada"})
    ended(service, run_id)
    text = editor(page, "tried")
    page.get_by_role("tab", name="Try an expression").click()
    page.get_by_role("combobox", name="On").select_option(run_id)
    node(page, "hello, transform").click()
    text.get_by_text("Hello, ").click(position={"x": 20, "y": 8})
    expect(page.get_by_role("region", name="Result")).to_have_text('"Hello, Ada"')
