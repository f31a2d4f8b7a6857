"""Shows a private reply to all, once, when the person who got it presses Share."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

import discord

from bot.platforms.discord.failures import surely
from bot.platforms.discord.prose import escape
from bot.platforms.discord.render import CHARACTERS, COMPONENTS, SHARE
from bot.platforms.discord.roles import name_of
from bot.ports import Seen

log = logging.getLogger(__name__)


async def share(interaction: discord.Interaction[Any], seen: Seen) -> None:
    """Take the button from the private reply, and post the reply for all to see."""
    message = interaction.message
    if message is None:
        return
    first = await seen.first("discord", f"share:{message.id}")
    await interaction.response.edit_message(
        view=without_share(message), allowed_mentions=discord.AllowedMentions.none()
    )
    if not first:
        log.info("shared already message=%d", message.id)
        return
    for view in shared(message, name_of(interaction.user)):
        await surely(partial(_post, interaction, view))


async def _post(interaction: discord.Interaction[Any], view: discord.ui.LayoutView) -> None:
    await interaction.followup.send(
        view=view, allowed_mentions=discord.AllowedMentions.none(), suppress_embeds=True
    )


def shared(message: discord.Message, name: str) -> list[discord.ui.LayoutView]:
    """What a message says, with who shares it: below it, or on its own where there is no room."""
    view, by = without_share(message), discord.ui.TextDisplay[Any](f"-# Shared by {escape(name)}")
    if view.content_length() + len(by.content) <= CHARACTERS and view.total_children_count < COMPONENTS:
        return [view.add_item(by)]
    alone = discord.ui.LayoutView(timeout=None)
    alone.stop()
    return [view, alone.add_item(by)]


def without_share(message: discord.Message) -> discord.ui.LayoutView:
    """A message's components but for the Share button."""
    view = discord.ui.LayoutView.from_message(message, timeout=None)
    view.stop()
    rows = [item for item in view.walk_children() if isinstance(item, discord.ui.ActionRow)]
    for row in rows:
        for item in row.children:
            if getattr(item, "custom_id", None) == SHARE:
                row.remove_item(item)
        if not row.children:
            _remove(row, view)
    return view


def _remove(row: discord.ui.ActionRow[Any], view: discord.ui.LayoutView) -> None:
    holder = row.parent if isinstance(row.parent, discord.ui.Container) else view
    holder.remove_item(row)
