"""The commands that Discord is told of: derived from the catalog, within its limits, and read back again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pytest

from bot.app import wiring
from bot.chat.bind import bind, missing
from bot.chat.catalog import Catalog
from bot.chat.command import Command, Kind, Option, Parameter, command
from bot.chat.invocation import Role
from bot.platforms.discord.register import cut, focused, line_of, menu_command, payloads
from tests.oracles import discord_spec


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return wiring.catalog()


@pytest.fixture(scope="module")
def told(catalog: Catalog) -> list[dict[str, Any]]:
    return payloads(catalog)


def offered(told: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every command by its whole name, with its options."""
    for top in told:
        options = top.get("options", [])
        below = [option for option in options if option["type"] == 1]
        for one in below:
            yield f"{top['name']} {one['name']}", one["options"]
        if not below and top["type"] == 1:
            yield top["name"], options


def test_discord_takes_every_command(told: list[dict[str, Any]]) -> None:
    found = discord_spec().request("PUT", "/applications/1/commands", told)
    assert [str(one) for one in found if one.level in ("error", "limit")] == []


def test_every_command_for_people_is_there_but_those_of_files(
    told: list[dict[str, Any]], catalog: Catalog
) -> None:
    there = {name for name, _ in offered(told)}
    wanted = {one.name for one in catalog.shown() if one.role < Role.OPERATOR}
    assert wanted - there == {"articles add"}
    assert there <= wanted


def test_limits_hold_without_asking_anybody(told: list[dict[str, Any]]) -> None:
    assert len({one["name"] for one in told}) == len(told) <= 100
    for name, options in offered(told):
        assert len(options) <= 25, name
        required = [option["required"] for option in options]
        assert required == sorted(required, reverse=True), name
        for option in options:
            assert 1 <= len(option["description"]) <= 100
            assert len(option.get("choices", [])) <= 25
    assert all(said(one) <= 8000 for one in told)


def test_every_command_and_group_says_what_it_is_for(told: list[dict[str, Any]]) -> None:
    typed = [one for one in told if one["type"] == 1]
    below = [option for one in typed for option in one["options"] if option["type"] == 1]
    assert [one["name"] for one in [*typed, *below] if not 1 <= len(one["description"]) <= 100] == []


def test_a_command_of_one_word_is_described_in_its_own_words(
    told: list[dict[str, Any]], catalog: Catalog
) -> None:
    ask = catalog.named("ask")
    assert ask is not None
    assert {one["name"]: one.get("description") for one in told}["ask"] == cut(ask.description)


@command("count")
class Count:
    """Count down."""

    number: Annotated[int, Option("Where to begin", least=0, most=9)]


def test_a_limit_of_nought_is_a_limit() -> None:
    (told,) = payloads(Catalog([Count]))
    (number,) = told["options"]
    assert (number["min_value"], number["max_value"]) == (0, 9)


def said(told: Mapping[str, Any]) -> int:
    """The characters that Discord counts: names, descriptions and values."""
    own = sum(len(str(told.get(key, ""))) for key in ("name", "description", "value"))
    return own + sum(said(one) for key in ("options", "choices") for one in told.get(key, []))


def test_what_must_be_long_is_asked_for_in_a_form(told: list[dict[str, Any]]) -> None:
    speak = dict(offered(told))["debate speak"]
    assert [option["name"] for option in speak if option["required"]] == []


def test_only_admins_commands_are_hidden(told: list[dict[str, Any]]) -> None:
    hidden = {one["name"] for one in told if one.get("default_member_permissions")}
    assert hidden == {"settings", "setup"}


def test_debates_are_not_for_two(told: list[dict[str, Any]]) -> None:
    by_name = {one["name"]: one for one in told}
    assert by_name["debate"]["contexts"] == [0]
    assert by_name["ask"]["contexts"] == [0, 1]


def test_a_message_has_entries_in_its_menu(told: list[dict[str, Any]], catalog: Catalog) -> None:
    menus = {one["name"] for one in told if one["type"] == 3}
    assert "Check against the articles" in menus
    found = menu_command(catalog, "Check against the articles")
    assert found is not None
    assert found.name == "check"
    assert menu_command(catalog, "Something else") is None


VALUES: Mapping[Kind, Any] = {
    Kind.DATE: "2026-12-01",
    Kind.ROLE: "123",
    Kind.CHANNEL: "456",
    Kind.TEXT: "licence",
}


def plausible(parameter: Parameter) -> Any:
    match parameter.kind:
        case Kind.NUMBER:
            return parameter.option.least or 1
        case Kind.YES_NO:
            return True
        case Kind.CHOICE:
            return parameter.choices[0]
    return VALUES[parameter.kind]


def used(one: Command, options: list[dict[str, Any]]) -> dict[str, Any]:
    """The interaction's data when somebody fills in every option."""
    by_name = {parameter.name: parameter for parameter in one.parameters}
    given = [
        {"type": option["type"], "name": option["name"], "value": plausible(by_name[option["name"]])}
        for option in options
    ]
    top, _, below = one.name.partition(" ")
    if below:
        return {"name": top, "options": [{"type": 1, "name": below, "options": given}]}
    return {"name": top, "options": given}


def test_every_option_comes_back_as_it_was_given(told: list[dict[str, Any]], catalog: Catalog) -> None:
    for name, options in offered(told):
        one = catalog.named(name)
        assert one is not None
        read, values = line_of(used(one, options))
        assert read == name
        assert missing(one, values) == ()
        request = bind(one, values)
        for option in options:
            parameter = one.parameter(option["name"])
            assert parameter is not None
            assert getattr(request, parameter.field) is not None, (name, option["name"])


def test_the_option_being_typed_is_known() -> None:
    half = {"name": "articles", "options": [{"type": 1, "name": "show", "options": [
        {"type": 3, "name": "article", "value": "wom", "focused": True}]}]}  # fmt: skip
    assert focused(half) == "article"
    assert line_of(half) == ("articles show", {"article": "wom"})
    assert focused({"name": "setup"}) is None


def test_a_group_that_is_a_command_as_well_is_refused() -> None:
    @command("tea")
    class Tea:
        """Make tea."""

    @command("tea green")
    class Green:
        """Make green tea."""

    with pytest.raises(ValueError, match="/tea"):
        payloads(Catalog([Tea, Green]))


def test_long_descriptions_end_between_words() -> None:
    assert cut("a short one") == "a short one"
    long = cut("word " * 40)
    assert len(long) <= 100
    assert long.endswith("word…")
    assert len(cut("x" * 300)) == 100
