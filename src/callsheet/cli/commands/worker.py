"""`callsheet worker`: what it takes."""

from callsheet.cli.options import Data, Folder, Mcp, Places, Scenarios
from callsheet.cli.start import start


def command(folder: Folder = None, data: Data = None, scenarios: Scenarios = None, mcp: Mcp = None) -> int:
    """Execute runs, with others on one database.

    Any number of processes do, on that of the setting 'database_url'.

    SIGTERM or Ctrl-C ends it: it takes up nothing more, steps at work may end, and other workers go on with what is
    left.
    """
    return start("worker", Places(folder=folder, data=data, scenarios=scenarios, mcp=mcp))
