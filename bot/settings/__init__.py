"""Typed settings from the environment and `.env`; all mistakes are reported at once."""

from bot.settings.declared import Setting, Settings, declared, keys
from bot.settings.loading import load
from bot.settings.presets import PRESETS, Preset

__all__ = ["PRESETS", "Preset", "Setting", "Settings", "declared", "keys", "load"]
