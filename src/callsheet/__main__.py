"""`python -m callsheet`, and the `callsheet` command."""

import sys

from callsheet.cli.root import run_command_line


def main() -> None:
    """Run the command line of this process and exit with its status."""
    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
