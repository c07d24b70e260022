"""`callsheet doctor`: what it takes."""

from callsheet.cli.options import Data, Folder, Mcp, Places, Scenarios
from callsheet.cli.start import start


def command(folder: Folder = None, data: Data = None, scenarios: Scenarios = None, mcp: Mcp = None) -> int:
    """Check the configuration, the data, the servers.

    Says what to do about whatever is not as it should be: settings, data folder, scenarios, tool servers.
    Ends with status 1 when something is broken.
    """
    return start("doctor", Places(folder=folder, data=data, scenarios=scenarios, mcp=mcp))
