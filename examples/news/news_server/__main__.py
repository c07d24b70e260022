"""``python -m news_server``: the same program as ``server.py`` beside this package."""

import sys

from news_server.command import main

if __name__ == "__main__":
    sys.exit(main())
