"""What happened in the newsroom of the pictures, up to the moment at which its service stands still."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from callsheet.runs.events import RunError, StepPath
from callsheet.scenario.json import Json, JsonObject
from tests.e2e.ui.pictures.standstill import MOMENT
from tests.e2e.ui.pictures.telling import Tale

STORY = "https://meridian.example/science/sea-level-record-skerry-point.html"
HEADLINE = "The tide gauge at Skerry Point reads 40 mm low"

PAGES: Sequence[tuple[str, str | None, float, str]] = (
    ("skerry-gazette.example/tide-gauge-reads-low", "2026-03-12T06:10:00+00:00", 1.2, "Tide gauge reads low"),
    ("northshore-wire.example/harbour-sensor-doubts", "2026-03-12T15:45:00+00:00", 0.9, "Doubts about harbour sensor"),
    ("harbour-forum.example/t/4711", None, 0.5, "Is the gauge at the pier broken?"),
    ("coastwise.example/record-or-error", "2026-03-13T08:00:00+00:00", 1.6, "Record, or error?"),
    ("quick-bulletin.example/skerry", "2026-03-13T09:30:00+00:00", 0.7, "Skerry Point: record sea level"),
    ("national-courier.example/sea-level", "2026-03-13T11:00:00+00:00", 1.4, "Sea level at a record high"),
    ("tidewatch-digest.example/week-11", "2026-03-14T07:00:00+00:00", 1.1, "The week in tides"),
    ("slow-tribune.example/tide-gauge-skerry", "2026-03-14T10:20:00+00:00", 4.8, "What the gauge says"),
    ("old-press.example/archive/skerry", "2026-03-15T12:00:00+00:00", 0.8, "Skerry Point, again"),
)
"""Address, when it was published, seconds to read it, title."""

CLAIMS = (
    "The gauge at Skerry Point reads 40 mm low.",
    "It was last calibrated in 2019.",
    "The port authority knew since January.",
    "The record of 9 March does not stand.",
)
HOLD: Json = [{"holds": True} for _ in CLAIMS]
PICTURES = ("pier-1987.jpg", "gauge-close.jpg", "storm-march.jpg")


def tales(documents: Mapping[str, JsonObject]) -> list[Tale]:
    """All runs, by the scenarios that they ran."""
    search, publish = documents["earliest_source"], documents["publish_story"]
    return [
        _searching(search),
        *(_searched(search, name, hours) for name, hours in (("before", 26.0), ("today", 1.7))),
        _asking(publish),
        _refused(publish),
        _reviewing(publish),
        _choosing(documents["morning_digest"]),
        *_published(publish),
        *_digests(documents["morning_digest"]),
        *_watched(documents["watch_rivals"]),
    ]


def _candidates(pages: Sequence[tuple[str, str | None, float, str]]) -> Json:
    return [{"url": f"https://{url}", "title": title, "published": published} for url, published, _, title in pages]


def _article(number: int) -> JsonObject:
    url, published, _, title = PAGES[number]
    return {"url": f"https://{url}", "title": title, "published": published, "words": 320 + 87 * number}


def _begin_search(tale: Tale, pages: Sequence[tuple[str, str | None, float, str]]) -> None:
    tale.did("search", 0.02, 1.9, {"url": STORY}, {"candidates": _candidates(pages)})
    tale.begin("fetch_all", 1.92, {"items": len(pages)}, kind="foreach", index=1)


def _too_slow(path: str, attempt: int) -> RunError:
    message = "Tool 'fetch_article' of 'news' gave no answer within 20.0 s."
    return RunError(code="Timeout", message=message, step=StepPath(path), attempt=attempt)


def _gone(path: str) -> RunError:
    message = "The page says 410: it was withdrawn by its author."
    return RunError(code="ToolError", message=message, step=StepPath(path), attempt=1)


def _searching(document: JsonObject) -> Tale:
    """At work now: four are read, one is gone, four are being read, one of them for the second time."""
    tale = Tale("searching", document, {"url": STORY}, MOMENT - timedelta(seconds=24.6))
    _begin_search(tale, PAGES)
    for number, (url, _, seconds, _) in enumerate(PAGES[:8]):
        path, begin = f"fetch_all[{number}].fetch", 1.95 + 0.02 * number
        tale.begin(path, begin, {"url": f"https://{url}"})
        if number in {0, 1, 3, 4}:
            tale.end(path, begin + seconds, _article(number))
        elif number == 2:
            tale.end(path, begin + seconds, error=_gone(path))
        elif number == 7:
            tale.fail_once(path, begin + 20, _too_slow(path, 1), attempt=2, delay=1.0)
        else:
            tale.progress(path, begin + 2.0, 3 + number, 12, "Reading the page")
    return tale


def _searched(document: JsonObject, name: str, hours: float) -> Tale:
    """The same search on two days: on the second one the slow paper answered, and one page had gone."""
    today = name == "today"
    pages = PAGES if today else PAGES[:7]
    tale = Tale(f"searched {name}", document, {"url": STORY}, MOMENT - timedelta(hours=hours))
    _begin_search(tale, pages)
    lanes = [1.95] * 5
    results: list[Json] = []
    errors: list[Json] = []
    for number, (url, _, seconds, _) in enumerate(pages):
        lane = lanes.index(min(lanes))
        path, begin = f"fetch_all[{number}].fetch", lanes[lane] + 0.02 * number
        tale.begin(path, begin, {"url": f"https://{url}"})
        end = begin + seconds * (1.0 if today else 1.3)
        if number == 2 and today:
            tale.end(path, end, error=_gone(path))
            errors.append({"index": 2, "code": "ToolError", "message": _gone(path).message})
            results.append(None)
        elif number == 7:
            refused = RunError(code="ServerUnavailable", message="The connection was closed.", step=StepPath(path))
            tale.fail_once(path, begin + 1.1, refused, attempt=2, delay=0.9)
            tale.end(path, end := begin + 3.2, _article(number), attempts=2)
            results.append(_article(number))
        else:
            tale.end(path, end, _article(number))
            results.append(_article(number))
        lanes[lane] = end
    end = max(lanes) + 0.02
    tale.end("fetch_all", end, results, errors=errors)
    first = _article(0 if today else 1)
    tale.begin("pick", end + 0.01, kind="transform", index=2)
    tale.end("pick", end + 0.02, first)
    tale.finish(end + 0.05, first)
    return tale


def _begin_review(tale: Tale, story: str, headline: str = HEADLINE) -> None:
    draft: JsonObject = {"headline": headline, "claims": list(CLAIMS), "author": "Ines Valente", "words": 912}
    tale.did("draft", 0.02, 0.4, {"story": story}, draft)
    tale.begin("review", 0.42, kind="parallel", index=1)
    tale.begin("review.facts.claims", 0.43, {"items": len(CLAIMS)}, kind="foreach")
    tale.did("review.pictures.find_pictures", 0.44, 1.3, {"story": story}, {"pictures": list(PICTURES)})


def _check_claims(tale: Tale) -> float:
    end = 0.5
    for number, claim in enumerate(CLAIMS):
        path, end = f"review.facts.claims[{number}].check_claim", 1.8 + 0.7 * number
        tale.begin(path, 0.5 + 0.01 * number, {"claim": claim})
        tale.end(path, end, {"holds": True, "source": "Port authority, tide tables 2025", "confidence": 0.94})
    tale.end("review.facts.claims", end + 0.02, HOLD, errors=[])
    return end + 0.03


def _reviewed(tale: Tale) -> float:
    tale.did(
        "review.pictures.check_rights",
        1.32,
        2.1,
        {"pictures": list(PICTURES)},
        {"free": list(PICTURES), "credit": "Harbour archive"},
    )
    end = _check_claims(tale)
    tale.end("review", end, {"facts": HOLD, "pictures": {"free": [*PICTURES]}})
    return end


def _asking(document: JsonObject) -> Tale:
    """Waits for the desk."""
    tale = Tale("asking", document, {"story": "tide-gauge"}, MOMENT - timedelta(minutes=7))
    _begin_review(tale, "tide-gauge")
    end = _reviewed(tale)
    tale.begin("desk", end + 0.02, kind="approval", index=2)
    form: JsonObject = {
        "type": "object",
        "required": ["section"],
        "properties": {
            "section": {
                "title": "Section",
                "type": "string",
                "enum": ["front", "local", "science"],
                "default": "science",
            },
            "note": {"title": "Note for the author", "type": "string"},
        },
    }
    question: JsonObject = {
        "kind": "approval",
        "message": f"May “{HEADLINE}” go out?",
        "assignees": ["mo", "kim"],
        "form_schema": form,
    }
    tale.wait("desk", end + 0.03, question, 4 * 3600)
    return tale


def _refused(document: JsonObject) -> Tale:
    """The agency of one picture did not answer, three times."""
    tale = Tale("refused", document, {"story": "storm-season"}, MOMENT - timedelta(minutes=38))
    _begin_review(tale, "storm-season", "A storm season without a storm")
    path = "review.pictures.check_rights"
    tale.begin(path, 1.32, {"pictures": list(PICTURES)})
    tale.log(path, 1.5, "info", {"agency": "Harbour archive", "pictures": 2, "answer": "free with credit"})
    error = RunError(
        code="ToolError",
        message="The agency Lightship Photo does not answer for storm-march.jpg (503).",
        step=StepPath(path),
        attempt=3,
        data={"picture": "storm-march.jpg", "status": 503},
    )
    tale.log(path, 2.4, "warning", "Lightship Photo: 503, the gateway is overloaded")
    tale.fail_once(path, 2.5, error, attempt=2, delay=2.0)
    tale.log(path, 5.4, "warning", "Lightship Photo: 503, the gateway is overloaded")
    tale.fail_once(path, 5.6, error, attempt=3, delay=4.0)
    tale.log(path, 10.4, "error", "Lightship Photo: 503, given up")
    _check_claims(tale)
    tale.end(path, 10.6, error=error, attempts=3)
    tale.end("review", 10.62, error=error)
    tale.finish(10.65, error=error)
    return tale


def _reviewing(document: JsonObject) -> Tale:
    """At work now: two claims are still looked into."""
    tale = Tale("reviewing", document, {"story": "ferry-strike"}, MOMENT - timedelta(seconds=3.1))
    _begin_review(tale, "ferry-strike", "No ferry on Thursday")
    for number, claim in enumerate(CLAIMS):
        path = f"review.facts.claims[{number}].check_claim"
        tale.begin(path, 0.5 + 0.01 * number, {"claim": claim})
        if number < 2:
            tale.end(path, 1.8 + 0.7 * number, {"holds": True})
    tale.begin("review.pictures.check_rights", 1.32, {"pictures": list(PICTURES)})
    return tale


def _choosing(document: JsonObject) -> Tale:
    """The tool itself asks which letter it shall send."""
    tale = Tale("choosing", document, {}, MOMENT - timedelta(minutes=52))
    tale.did("stories", 0.02, 0.8, {"hours": 24}, {"stories": list(PICTURES)})
    tale.begin("send", 0.9, {"stories": list(PICTURES)}, index=2)
    form: JsonObject = {"type": "object", "properties": {"again": {"type": "boolean", "title": "Send a second one"}}}
    message = "1,204 readers have had the letter of today. Send them another one?"
    question: JsonObject = {
        "kind": "elicitation",
        "server": "desk",
        "tool": "send_digest",
        "message": message,
        "form_schema": form,
        "requests": [{"key": "again", "message": message, "form_schema": form, "url": None}],
    }
    tale.wait("send", 1.4, question, 30 * 24 * 3600)
    return tale


def _published(document: JsonObject) -> list[Tale]:
    found: list[Tale] = []
    for number, story in enumerate(("ferry-timetable", "school-roof", "eel-season", "harbour-lights", "new-mayor")):
        tale = Tale(f"published {story}", document, {"story": story}, MOMENT - timedelta(hours=3 + 5.3 * number))
        _begin_review(tale, story, story.replace("-", " ").capitalize())
        end = _reviewed(tale)
        tale.did("publish", end + 0.1, end + 0.9, {"story": story}, {"address": f"/local/{story}"})
        tale.finish(end + 1, f"/local/{story}")
        found.append(tale)
    return found


def _digests(document: JsonObject) -> list[Tale]:
    found: list[Tale] = []
    for day in range(6):
        began = (MOMENT - timedelta(days=day)).replace(hour=6, minute=0, second=0)
        tale = Tale(f"digest {day}", document, {}, began, trigger="digest")
        tale.did("stories", 0.02, 0.6 + 0.1 * day, {"hours": 24}, {"stories": list(PICTURES)})
        tale.did("send", 0.7 + 0.1 * day, 3.1 + 0.4 * day, {"stories": 3}, {"sent": 1_204 + day})
        tale.finish(3.2 + 0.4 * day, {"sent": 1_204 + day})
        found.append(tale)
    return found


def _watched(document: JsonObject) -> list[Tale]:
    found: list[Tale] = []
    for number in range(40):
        began = (MOMENT - timedelta(minutes=30 * number)).replace(second=0)
        began = began.replace(minute=began.minute // 30 * 30)
        tale = Tale(f"watched {number}", document, {"topic": "sea level"}, began, trigger="rivals")
        tale.begin("look", 0.02, {"hours": 1})
        if number in {9, 23}:
            message = "Tool 'list_stories' of 'desk' gave no answer within 30.0 s."
            error = RunError(code="Timeout", message=message, step=StepPath("look"), attempt=1)
            tale.end("look", 30.02, error=error)
            tale.finish(30.05, error=error)
        else:
            end = 0.4 + (number * 37 % 23) / 20
            tale.end("look", end, {"stories": []})
            tale.finish(end + 0.03, [])
        found.append(tale)
    return found
