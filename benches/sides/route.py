"""The limit of a submission: a FastAPI route that checks a body against a model, answers 202 and keeps nothing.

python -m benches.sides.route PORT
"""

import sys
import uuid
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Request(BaseModel):
    """The body."""

    scenario_id: str
    input: dict[str, Any]


class Answer(BaseModel):
    """What was accepted."""

    run_id: str
    scenario_id: str
    input: dict[str, Any]


async def accept(request: Request) -> Answer:
    """Say yes."""
    return Answer(run_id=str(uuid.uuid4()), scenario_id=request.scenario_id, input=request.input)


if __name__ == "__main__":
    app = FastAPI()
    app.post("/api/runs", status_code=202)(accept)
    # As the service does it, so that the two differ in what they do with a request and in nothing else.
    uvicorn.run(app, port=int(sys.argv[1]), loop="asyncio", http="h11", log_config=None, access_log=False)
