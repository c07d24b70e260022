"""`/readyz` asks the engine itself."""

from pathlib import Path

from tests.telemetry.house import opened


async def test_an_engine_that_begins_nothing_is_not_ready(tmp_path: Path) -> None:
    async with opened(tmp_path, []) as place:
        ready = await place.client.get("/readyz")
        assert (ready.status_code, ready.json()["engine"], ready.json()["workers"]) == (200, "ok", 1)
        await place.system.engine.drain(0.0)
        ready = await place.client.get("/readyz")
        assert (ready.status_code, ready.json()["engine"]) == (503, "The service is stopping.")
        assert ready.json()["journal"] == "ok"
