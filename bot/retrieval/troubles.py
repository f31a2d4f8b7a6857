"""Says in the log what goes wrong: once, however often it does, until it works again."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)

EVERYBODY = ""
"""Whom a trouble befalls that is no single community's."""


class Troubles:
    """The troubles of one activity, named in the log by `what` comes of them."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._said: dict[str, str] = {}

    def say(self, whom: str, cause: str, text: str) -> None:
        """Log that something fails for a community, unless it failed for the same cause the last time."""
        if self._said.get(whom) != cause:
            self._said[whom] = cause
            log.warning("%s community=%s: %s", self._what, whom or "all", text)

    def over(self, community: str) -> None:
        """It works again, for a community, and so for everybody."""
        self._said.pop(community, None)
        self._said.pop(EVERYBODY, None)
