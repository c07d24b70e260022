"""The tool server of the newsroom in the pictures. It is asked what it can do, and hardly ever to do it."""

from typing import Annotated, Literal

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

server = MCPServer("desk", version="2.3.0")
READS = ToolAnnotations(read_only_hint=True)


class Verdict(BaseModel):
    """What came of a check."""

    holds: bool
    source: str
    confidence: float


@server.tool(annotations=READS)
def read_draft(story: str) -> dict[str, object]:
    """Read a story as its author filed it: headline, text, claims."""
    return {"story": story}


@server.tool(annotations=READS)
def check_claim(
    claim: Annotated[str, Field(description="One sentence that can be true or false")],
    depth: Annotated[Literal["quick", "thorough"], Field(description="How far to look")] = "quick",
    sources: Annotated[int, Field(description="At least so many have to agree", ge=1, le=5)] = 2,
) -> Verdict:
    """Look for independent sources of one claim."""
    return Verdict(holds=True, source="Port authority, tide tables 2025", confidence=0.94)


@server.tool(annotations=READS)
def find_pictures(story: str) -> dict[str, object]:
    """Pictures that fit a story."""
    return {"story": story}


@server.tool(annotations=READS)
def check_rights(pictures: list[str]) -> dict[str, object]:
    """Whether pictures may be printed, and who has to be named."""
    return {"pictures": pictures}


@server.tool(annotations=READS)
def list_stories(hours: int = 24) -> dict[str, object]:
    """What was published within so many hours."""
    return {"stories": [], "hours": hours}


@server.tool(annotations=ToolAnnotations(destructive_hint=False, idempotent_hint=True))
def publish_story(story: str, section: Literal["front", "local", "science"]) -> dict[str, object]:
    """Put a story on the site."""
    return {"address": f"/{section}/{story}"}


@server.tool(annotations=ToolAnnotations(destructive_hint=False, idempotent_hint=False))
def send_digest(stories: list[str]) -> dict[str, object]:
    """Send the letter to all readers. It cannot be taken back."""
    return {"sent": len(stories)}


if __name__ == "__main__":
    server.run()
