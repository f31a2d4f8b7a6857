"""Links that somebody gives for an article, checked before anybody is shown one; nothing is fetched here."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.errors import InputError

LENGTH = 2048
"""A link has at most this many characters."""

_NEVER_IN_A_LINK = re.compile(r"[\s<>\"\\`|{}^]")


def checked(link: str) -> str:
    """The link, if it is one to show. Raises InputError that says what is wrong with it."""
    if len(link) > LENGTH:
        raise InputError(f"That link is too long ({LENGTH:,} at most).")
    try:
        parts = urlsplit(link)
        named = bool(parts.hostname)
    except ValueError as error:
        raise InputError("That is not a link.") from error
    if parts.scheme not in ("http", "https"):
        raise InputError("Only http and https links.")
    # What stands before an @ looks like the site that is linked to, and is not.
    if "@" in parts.netloc:
        raise InputError("Links with a user name or password are not accepted.")
    if not named or _NEVER_IN_A_LINK.search(link):
        raise InputError("That is not a link.")
    return link
