"""Tables, repositories and migrations."""

from bot.storage.opening import open_storage

__all__ = ["open_storage"]
