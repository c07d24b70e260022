"""`callsheet mcp`: what it takes."""

from callsheet.cli.options import Data, Folder, Mcp, Places, Scenarios
from callsheet.cli.start import start


def command(folder: Folder = None, data: Data = None, scenarios: Scenarios = None, mcp: Mcp = None) -> int:
    """Offer the scenarios to an MCP client over stdio.

    Desktop clients start this command by themselves; docs/mcp.md has the lines to paste.

    When a server has the data folder open, this passes everything on to it. The end of standard input ends it; runs
    at work go on in the server, or at the next start.
    """
    return start("mcp", Places(folder=folder, data=data, scenarios=scenarios, mcp=mcp))
