"""Pages over messages: only what changed is touched, what is too much goes, failures are picked up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.discord.outlets import UNKNOWN_MESSAGE, Shown, nonce, pinging
from bot.platforms.discord.render import Page, Text


class Wall:
    """Messages by id, and how often each way of touching them was used. It can fail once."""

    def __init__(self) -> None:
        self.messages: dict[int, Page | None] = {}
        self.touched: list[str] = []
        self.fails: Exception | None = None
        self._next = 10

    async def send(self, page: Page) -> int:
        self._touch("send")
        self._next += 1
        self.messages[self._next] = page
        return self._next

    async def edit(self, message: int, page: Page) -> None:
        self._touch("edit")
        self._there(message)
        self.messages[message] = page

    async def delete(self, message: int) -> None:
        self._touch("delete")
        self._there(message)
        del self.messages[message]

    def _touch(self, how: str) -> None:
        if self.fails:
            failing, self.fails = self.fails, None
            raise failing
        self.touched.append(how)

    def _there(self, message: int) -> None:
        if message not in self.messages:
            raise unknown(UNKNOWN_MESSAGE)

    @property
    def pages(self) -> list[Page | None]:
        return [self.messages[message] for message in sorted(self.messages)]


def unknown(code: int) -> discord.NotFound:
    response: Any = SimpleNamespace(status=404, reason="Not Found")
    return discord.NotFound(response, {"code": code, "message": "Unknown"})


def page(text: str, *mentions: int) -> Page:
    return Page(pieces=(Text(text),), mentions=mentions)


def pages(*texts: str) -> list[Page]:
    return [page(text) for text in texts]


async def test_only_pages_that_changed_are_edited() -> None:
    wall = Wall()
    shown = Shown(wall)
    await shown.show(pages("a", "b"))
    await shown.show(pages("a", "c"))
    assert wall.pages == pages("a", "c")
    assert wall.touched == ["send", "send", "edit"]


async def test_surplus_messages_go() -> None:
    wall = Wall()
    shown = Shown(wall)
    await shown.show(pages("a", "b", "c"))
    await shown.show(pages("a"))
    assert wall.pages == pages("a")


async def test_messages_that_are_there_already_are_used_first() -> None:
    wall = Wall()
    wall.messages = {1: None}
    await Shown(wall, [1]).show(pages("a", "b"))
    assert wall.pages == pages("a", "b")
    assert wall.touched == ["edit", "send"]


async def test_a_message_that_somebody_deleted_is_posted_anew() -> None:
    wall = Wall()
    shown = Shown(wall)
    await shown.show(pages("a"))
    wall.messages.clear()
    await shown.show(pages("b"))
    assert wall.pages == pages("b")
    wall.messages.clear()
    await shown.clear()
    assert wall.pages == []


async def test_an_unknown_channel_is_no_deleted_message() -> None:
    wall = Wall()
    shown = Shown(wall)
    await shown.show(pages("a"))
    wall.fails = unknown(10003)
    with pytest.raises(discord.NotFound):
        await shown.show(pages("b"))


@given(st.lists(st.tuples(st.lists(st.sampled_from("abc"), max_size=4), st.booleans()), max_size=8))
async def test_whatever_failed_before_the_next_showing_leaves_exactly_its_pages(
    showings: list[tuple[list[str], bool]],
) -> None:
    wall = Wall()
    shown = Shown(wall)
    for texts, fails in showings:
        wall.fails = OSError("gone") if fails else None
        try:
            await shown.show(pages(*texts))
        except OSError:
            continue
        wall.fails = None
        assert wall.pages == pages(*texts)


def test_only_members_that_a_page_mentions_are_pinged() -> None:
    assert pinging(page("hi")).to_dict() == {"parse": [], "users": []}
    assert pinging(page("hi", 7, 8)).to_dict()["users"] == [7, 8]


@given(st.text(max_size=50), st.integers(0, 5))
def test_a_nonce_fits_and_tells_parts_apart(key: str, part: int) -> None:
    assert len(nonce(key, part)) <= 25
    assert nonce(key, part) != nonce(key, part + 1)
