"""Says in the log what goes wrong: once, however often it does, until it works again."""

from __future__ import annotations

import logging

from bot.errors import ModelError

log = logging.getLogger(__name__)

EVERYBODY = ""
"""Whom a trouble befalls that is no single community's."""


class Troubles:
    """The troubles of one activity, named in the log by `what` comes of them."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._said: dict[str, str] = {}

    def say(self, whom: str, error: Exception) -> None:
        """Log that something fails for a community, unless it failed in the same way the last time."""
        cause = type(error).__name__
        if self._said.get(whom) != cause:
            self._said[whom] = cause
            log.warning("%s community=%s: %s", self._what, whom or "all", _in_short(error))

    def over(self, community: str) -> None:
        """It works again, for a community, and so for everybody."""
        self._said.pop(community, None)
        self._said.pop(EVERYBODY, None)


def _in_short(error: Exception) -> str:
    """What is logged of an error. Endpoints repeat in theirs what they were sent, so those words stay out."""
    if isinstance(error, ModelError):
        return f"{type(error).__name__} code={error.code} status={error.status}"
    return str(error)
