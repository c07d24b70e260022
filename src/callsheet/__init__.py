"""Callsheet runs scenarios: declarative documents whose steps call tools of MCP servers, durably and without a model.

```python
settings = load_settings()
async with open_system(settings, environment()) as system:
    run = await system.runs.submit("my_scenario", {"url": "https://example.org"})
    async for records in system.runs.follow(run.run_id):
        ...
```

These names are the public library; everything else may change between releases. Nothing is imported before it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from callsheet.errors.kinds import CallsheetError
    from callsheet.runs.codec import decode
    from callsheet.runs.events import Record, RunId, RunStatus, StepStatus
    from callsheet.runs.service import RunService
    from callsheet.runs.state import RunState, StepState
    from callsheet.settings import Settings, environment, load_settings
    from callsheet.system import System, open_system

__all__ = [
    "CallsheetError",
    "Record",
    "RunId",
    "RunService",
    "RunState",
    "RunStatus",
    "Settings",
    "StepState",
    "StepStatus",
    "System",
    "__version__",
    "decode",
    "environment",
    "load_settings",
    "open_system",
]

__version__ = "0.1.0"

_HOMES: Final = {
    "CallsheetError": "callsheet.errors.kinds",
    "Record": "callsheet.runs.events",
    "RunId": "callsheet.runs.events",
    "RunService": "callsheet.runs.service",
    "RunState": "callsheet.runs.state",
    "RunStatus": "callsheet.runs.events",
    "Settings": "callsheet.settings",
    "StepState": "callsheet.runs.state",
    "StepStatus": "callsheet.runs.events",
    "System": "callsheet.system",
    "decode": "callsheet.runs.codec",
    "environment": "callsheet.settings",
    "load_settings": "callsheet.settings",
    "open_system": "callsheet.system",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: `import callsheet` costs nothing (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'callsheet' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
