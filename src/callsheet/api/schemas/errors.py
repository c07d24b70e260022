"""How errors are described on the API page. `callsheet.api.errors` writes them."""

from typing import Any

from pydantic import BaseModel, Field


class ProblemBody(BaseModel):
    """One fault of a request: where it is, as a JSON pointer (RFC 6901), and a sentence."""

    pointer: str
    message: str
    place: str | None = Field(None, alias="in", description="`body`, `query`, `path` or `header`")


class ErrorBody(BaseModel):
    """Every error has this shape; codes are stable, sentences are not."""

    detail: str
    code: str
    problems: list[ProblemBody] | None = None


def described(description: str) -> dict[str, Any]:
    """An entry of a route's `responses` for an error."""
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorBody.__name__}"}}},
    }
