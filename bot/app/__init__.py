"""The composition root: the one place that knows all parts and puts them together."""

from bot.app.opening import App, opened

__all__ = ["App", "opened"]
