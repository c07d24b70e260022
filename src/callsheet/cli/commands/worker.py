"""`callsheet worker`: what it takes."""

from callsheet.cli.options import Data, Folder, Mcp, Places, Scenarios
from callsheet.cli.start import start


def command(folder: Folder = None, data: Data = None, scenarios: Scenarios = None, mcp: Mcp = None) -> int:
    """Execute runs, together with any number of other processes on the database of 'database_url'.

    SIGTERM or Ctrl-C ends it: it takes up nothing more, steps at work may end, and other workers go on with what is
    left.
    """
    return start("worker", Places(folder=folder, data=data, scenarios=scenarios, mcp=mcp))
