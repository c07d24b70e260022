"""The OpenAPI document as a file, from which the web UI's client is generated: `make api`."""

import json
import sys

from fastapi import FastAPI

from callsheet import __version__
from callsheet.api.resources import DESCRIPTION, TITLE, include_routes


def openapi_text() -> str:
    """What `/openapi.json` serves, indented, with a line break at its end."""
    app = FastAPI(title=TITLE, version=__version__, description=DESCRIPTION)
    include_routes(app)
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(openapi_text())
