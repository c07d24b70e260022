"""The reference server that has one of everything: texts, structure, images, progress, questions."""

import base64

import pytest

from tests.published.running import Run, begin, read, run, say
from tests.support.service import Service

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def ended(service: Service) -> Run:
    """A run that took one of everything."""
    return run(service, "everything")


def test_texts_structure_and_images_come_out_of_a_run(ended: Run) -> None:
    output = ended.output

    assert output["echo"] == "Echo: Grüße an alle"
    assert output["sum"] == "The sum of 40 and 2 is 42."
    assert output["weather"].keys() == {"temperature", "conditions", "humidity"}
    assert output["image"]["mimeType"] == "image/png"
    assert base64.b64decode(output["image"]["data"]).startswith(b"\x89PNG\r\n")
    assert output["slow"] == "Long running operation completed. Duration: 2 seconds, Steps: 8."


def test_a_long_operation_says_how_far_it_is(ended: Run) -> None:
    said = [event["progress"] for event in ended.of("step_progress", "slow")]

    assert len(said) >= 2
    assert said == sorted(said)
    assert said[-1] == 8


def test_a_question_parks_the_run_until_somebody_answers(service: Service) -> None:
    run_id = begin(service, "interview")
    (waiting,) = read(service, run_id, until="run_waiting").of("step_waiting", "ask")
    assert waiting["waits_for"]["kind"] == "elicitation"
    assert waiting["waits_for"]["form_schema"]["required"] == ["name"]

    say(service, run_id, "ask", action="accept", data={"name": "Maren Oldway", "integer": 7})

    text = read(service, run_id).output["text"]
    assert "- Name: Maren Oldway" in text
    assert "- Favorite Integer: 7" in text
