"""A secret that was kept a moment ago is a secret in the very next run."""

from pathlib import Path

from callsheet.settings import load_settings
from callsheet.system import open_system
from tests.support.scenarios import scenario, step
from tests.support.service import furnish

SECRET = "kept-a-moment-ago/7"


async def test_what_accepts_a_run_and_what_takes_secrets_out_see_the_same_ones(tmp_path: Path) -> None:
    asks = step(server="none", input={"key": {"from": "secrets.KEY"}})
    scenarios = [scenario(asks, secrets=["KEY"], scenario_id="asks"), scenario(scenario_id="plain")]
    furnish(tmp_path, scenarios=scenarios, servers={}, settings={})
    async with open_system(load_settings(folder=tmp_path), {}) as system:
        await system.runs.submit("plain", {})  # everything has just looked which secrets there are
        await system.secrets.set("KEY", SECRET)
        run = await system.runs.submit("asks", {"mine": SECRET})
        started = (await system.journal.read(run.run_id, limit=1))[0]
    assert SECRET not in str(started)
    assert "[secret KEY]" in str(started)
    data = [file.read_bytes() for file in (tmp_path / ".callsheet").rglob("*") if file.is_file()]
    assert not any(SECRET.encode() in content for content in data)
