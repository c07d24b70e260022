"""Start the news tool server from any folder: ``python path/to/server.py [--http PORT]``.

Python puts the folder of this file on the import path, so an ``mcp.json`` needs a command and one argument.
"""

import sys

from news_server.command import main

if __name__ == "__main__":
    sys.exit(main())
