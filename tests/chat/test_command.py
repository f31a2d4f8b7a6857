"""What a request class declares, and how the catalog finds it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest

from bot.chat.catalog import Catalog
from bot.chat.command import Kind, Option, command, describe, is_request
from bot.chat.invocation import Role
from bot.errors import NotFound
from tests.chat.conftest import Count, Join, Leave, Sing


def test_a_command_is_described_by_its_class() -> None:
    join = describe(Join)
    assert (join.name, join.description, join.role, join.private) == (
        "choir join",
        "Join the choir.",
        Role.MODERATOR,
        True,
    )
    assert [(p.name, p.kind, p.required) for p in join.parameters] == [
        ("name", Kind.TEXT, True),
        ("since", Kind.DATE, False),
        ("score", Kind.FILE, False),
        ("loud", Kind.YES_NO, False),
    ]
    assert join.usage == "choir join NAME [since] [score] [loud]"


def test_what_stands_below_the_first_line_is_details_on_one_line() -> None:
    @command("long-winded")
    class LongWinded:
        """Say much.

        A file that was added
        before counts.
        """

        as_is: Annotated[bool, Option("As it is")] = False

    described = describe(LongWinded)
    assert (described.description, described.details) == ("Say much.", "A file that was added before counts.")
    assert described.usage == "long-winded [as-is]"
    assert described.parameter("as-is") is described.parameter("AS_IS") is described.parameters[0]
    assert described.parameter("other") is None


def test_a_field_that_nobody_could_type_is_refused() -> None:
    @command("odd")
    class Odd:
        """Odd."""

        things: Annotated[dict, Option("Things")]

    @command("bare")
    class Bare:
        """Bare."""

        path: Path

    with pytest.raises(TypeError, match="cannot be typed"):
        describe(Odd)
    with pytest.raises(TypeError, match="path needs an Option"):
        describe(Bare)


def test_only_declared_classes_are_requests() -> None:
    assert is_request(Sing)
    assert not is_request(Catalog)
    assert not is_request("sing")


def test_menus_hide_what_is_hidden_and_what_is_for_a_shell(catalog: Catalog) -> None:
    assert [c.name for c in catalog.shown()] == ["choir join", "sing"]
    assert [c.name for c in catalog.shown(in_shell=True)] == ["choir join", "count", "sing"]
    assert [c.name for c in catalog.group("choir")] == ["choir join"]
    assert catalog.group("sing") == ()
    assert catalog.named("choir leave") is not None


def test_two_commands_cannot_share_a_name() -> None:
    @command("sing")
    class AlsoSing:
        """Sing, too."""

    with pytest.raises(ValueError, match="same name"):
        Catalog([Sing, AlsoSing])


def test_a_group_lists_what_it_has(catalog: Catalog) -> None:
    for words, said in ((["choir"], "/choir what?"), (["choir", "jump"], "/choir jump is not a command.")):
        with pytest.raises(NotFound) as caught:
            catalog.match(words)
        assert caught.value.message == said
        assert caught.value.hint == "There is: /choir join."


def test_a_longer_name_comes_before_a_shorter_one() -> None:
    @command("choir")
    class Choir:
        """Tell of the choir."""

    both = Catalog([Choir, Join, Leave, Count])
    assert both.match(["choir", "JOIN", "Anna"])[0].name == "choir join"
    assert both.match(["choir", "sings"]) == (describe(Choir), 1)
