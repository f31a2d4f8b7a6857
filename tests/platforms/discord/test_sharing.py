"""What is shown to all when somebody shares a private reply."""

from __future__ import annotations

from typing import Any

import discord

from bot.platforms.discord.render import SHARE
from bot.platforms.discord.sharing import shared, without_share
from tests.platforms.discord.made import channel, message, server


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "id": 1, "content": content}


def row(*custom_ids: str) -> dict[str, Any]:
    buttons = [{"type": 2, "style": 2, "label": one, "custom_id": one, "id": 5} for one in custom_ids]
    return {"type": 1, "id": 4, "components": buttons}


def private(*components: dict[str, Any]) -> discord.Message:
    return message(channel(server()), "", flags=64 | 32768, components=list(components))


def contents(view: discord.ui.LayoutView) -> list[str]:
    return [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]


def custom_ids(view: discord.ui.LayoutView) -> list[str | None]:
    return [item.custom_id for item in view.walk_children() if isinstance(item, discord.ui.Button)]


async def test_a_shared_reply_says_the_same_and_who_shares_it() -> None:
    [view] = shared(private(text("Found."), row("source 1", SHARE)), "Ann")
    assert contents(view) == ["Found.", "-# Shared by Ann"]
    assert custom_ids(view) == ["source 1"]


async def test_a_row_with_nothing_but_share_goes_with_it() -> None:
    view = without_share(private(text("Found."), row(SHARE)))
    assert view.to_components() == [text("Found.")]


async def test_a_share_button_in_a_container_goes_too() -> None:
    inside = {"type": 17, "id": 9, "components": [text("Found."), row(SHARE)], "spoiler": False}
    view = without_share(private(inside))
    assert custom_ids(view) == []
    assert contents(view) == ["Found."]


async def test_a_name_cannot_ping_nor_format() -> None:
    [view] = shared(private(text("Found.")), "**@everyone** <@7>")
    assert "@everyone" not in contents(view)[1]
    assert "<@7>" not in contents(view)[1]
    assert "**@" not in contents(view)[1]


async def test_where_there_is_no_room_who_shares_it_is_said_below() -> None:
    first, second = shared(private(text("x" * 4000)), "Ann")
    assert contents(first) == ["x" * 4000]
    assert contents(second) == ["-# Shared by Ann"]
    full = private(*(text("x") for _ in range(40)))
    assert [len(contents(view)) for view in shared(full, "Ann")] == [40, 1]


async def test_what_is_sent_is_never_stored_for_callbacks() -> None:
    for view in shared(private(text("x" * 4000), row(SHARE)), "Ann"):
        assert view.is_finished()
