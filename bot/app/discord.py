"""How the settings say to be on Discord; its client is loaded only where the bot is to be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.ports import Checkup
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.platforms.discord.client import Access


def access(settings: Settings) -> Access:
    """How the settings say to get into Discord."""
    from bot.platforms.discord.client import Access  # costs what the terminal need not pay

    return Access(
        token=settings.discord_token or "",
        api_base=settings.discord_api_base,
        gateway=settings.discord_gateway,
        message_content=settings.discord_message_content,
        dev_server=settings.discord_dev_server,
    )


def checkups(settings: Settings) -> list[Checkup]:
    """The check-up of Discord, where the bot is to be there."""
    if not settings.discord_token:
        return []
    from bot.platforms.discord.checkup import DiscordCheckup  # as above

    return [DiscordCheckup(access(settings))]
