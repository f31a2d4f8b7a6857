"""`python -m bot …` and the console script `rostrum …`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from bot import cli  # whoever presses Ctrl-C while it loads shall see no traceback

        sys.exit(cli.main())
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
