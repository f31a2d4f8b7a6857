"""`python -m bot …` and the console script `rostrum …`."""

from __future__ import annotations

import sys

from bot import cli


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
