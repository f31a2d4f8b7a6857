"""Every command of the catalog, used in a server in each of its forms, by whoever may and whoever may not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app.wiring import catalog
from bot.chat.command import Command, Parameter
from bot.chat.invocation import Role
from bot.platforms.discord.register import payloads
from tests.platforms.discord.world import ADA, ADMIN, MODERATOR, Person, World, bot_in, until, world

CATALOG = catalog()
MIGHTY = {Role.CONTRIBUTOR: MODERATOR, Role.MODERATOR: MODERATOR, Role.ADMIN: ADMIN}
"""Somebody who may do what takes a role; each role may do what those below it may."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[World]:
    async with world() as here, bot_in(here, tmp_path / "data", member_asks=None, channel_asks=None):
        yield here


def offered() -> Iterator[tuple[Command, list[dict[str, Any]]]]:
    """Every command that Discord is told of, with its options there."""
    for top in payloads(CATALOG):
        below = [one for one in top.get("options", []) if one["type"] == 1]
        found = [(f"{top['name']} {one['name']}", one["options"]) for one in below]
        if top["type"] == 1 and not below:
            found = [(top["name"], top["options"])]
        for name, options in found:
            command = CATALOG.named(name)
            assert command is not None
            yield command, options


def plausible(option: dict[str, Any]) -> Any:
    """A value that Discord's client takes for an option."""
    if choices := option.get("choices"):
        return choices[0]["value"]
    match option["type"]:
        case 4:
            return option.get("min_value", 1)
        case 5:
            return True
        case 7 | 8:
            return "99999999999999999"
    return {"date": "2026-12-01", "side": "for"}.get(option["name"], "licence")


async def answered(here: World, by: Person, command: Command, values: dict[str, Any]) -> str:
    turn = await here.use(by, command.name, values)
    await until(lambda: turn.is_answered and (turn.modal or not turn.text.endswith("…")))
    assert turn.acknowledged_after is not None
    return turn.text


def able(command: Command) -> Person:
    if command.name == "debate duel":  # for members in one channel alone, and none is chosen
        return MODERATOR
    return MIGHTY.get(command.role, ADA)


async def test_with_all_its_options_each_answers_whoever_may(server: World) -> None:
    for command, options in offered():
        values = {option["name"]: plausible(option) for option in options}
        text = await answered(server, able(command), command, values)
        assert "E-INTERNAL" not in text, (command.name, text)
        assert "E-NOT-ALLOWED" not in text, (command.name, text)


async def test_with_as_little_as_it_takes_each_answers_or_asks_for_the_rest(server: World) -> None:
    for command, options in offered():
        values = {option["name"]: plausible(option) for option in options if option["required"]}
        turn = await server.use(able(command), command.name, values)
        await until(lambda turn=turn: turn.is_answered)
        lacking = [one for one in command.parameters if one.required and one.name not in values]
        assert bool(turn.modal) is bool(lacking), command.name
        assert "E-INTERNAL" not in turn.text, (command.name, turn.text)


async def test_whoever_may_not_is_told_so_alone(server: World) -> None:
    for command, options in offered():
        if command.role is Role.MEMBER:
            continue
        values = {option["name"]: plausible(option) for option in options if option["required"]}
        turn = await server.use(ADA, command.name, values)
        await until(lambda turn=turn: turn.is_answered)
        assert turn.private, command.name
        assert f"for {command.role.title}s" in turn.text, (command.name, turn.text)
        assert turn.modal is None


async def test_wrong_values_are_answered_with_what_is_right(server: World) -> None:
    wrong = {
        "debate join": {"side": "sideways"},
        "articles show": {"article": "no such thing"},
        "debate formats": {"name": "oxfrod"},
        "debate motions": {"which": "999"},
        "debate vote": {"choice": "for", "debate": 999},
        "help": {"command": "aks"},
        "source": {"number": 98},
    }
    for name, values in wrong.items():
        turn = await server.use(ADA, name, values)
        await until(lambda turn=turn: turn.messages)
        assert turn.private, name
        assert "E-" in turn.text, (name, turn.text)
        assert "E-INTERNAL" not in turn.text, (name, turn.text)


async def test_every_option_that_can_be_completed_is(server: World) -> None:
    seen = 0
    for command, options in offered():
        for option in options:
            if option.get("autocomplete"):
                turn = await server.type(able(command), command.name, option["name"], "")
                await until(lambda turn=turn: turn.choices is not None)
                assert len(turn.choices or []) <= 25
                seen += 1
    assert seen == sum(_is_completed(one) for command, _ in offered() for one in command.parameters)
    assert seen > 10


def _is_completed(parameter: Parameter) -> bool:
    return bool(parameter.option.suggest)
