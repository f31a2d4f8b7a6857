"""Tables, repositories and migrations."""

from bot.storage.opening import Storage, open_storage

__all__ = ["Storage", "open_storage"]
