"""Writes pictures: whoever opens the file sees the old one or the new one, never half of one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from bot.errors import StoreError


def write(file: Path, content: bytes) -> None:
    """Put a file in place, its folder included. Raises StoreError where that is not possible."""
    draft = file.with_name(f".{file.name}.{token_hex(8)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("xb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise StoreError(
            f"{file} cannot be written: {error.strerror}.", "Make room there, or let me write there."
        ) from error
