"""Completion while a person types: names, options, values; from a bot with its library."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent, Completion
from prompt_toolkit.document import Document

from bot.app import App, opened
from bot.chat.invocation import Invocation, Role
from bot.platforms.terminal.register import CommandCompleter
from bot.settings import Settings

GROK = "Grok 2: what was promised and what was released"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with opened(Settings(data=tmp_path / "data"), platform="terminal") as made:
        yield made


async def completions(app: App, line: str, role: Role = Role.OPERATOR) -> list[Completion]:
    member = replace(app.operator, role=role)

    def call(text: str) -> Invocation:
        return Invocation(member=member, place=app.home, text=text, local=True)

    completer = CommandCompleter(app.dispatch, call)
    found = completer.get_completions_async(Document(line), CompleteEvent(text_inserted=True))
    return [completion async for completion in found]


async def offered(app: App, line: str, role: Role = Role.OPERATOR) -> list[str]:
    return [completion.display_text for completion in await completions(app, line, role)]


async def taken(app: App, line: str, display: str) -> str:
    """The line after a completion was accepted."""
    chosen = next(one for one in await completions(app, line) if one.display_text == display)
    return line[: len(line) + chosen.start_position] + chosen.text


@pytest.mark.parametrize("line", ["", "a", "ask", "What is /ask", " /ask", "articles show gr"])
async def test_nothing_is_offered_before_a_slash(app: App, line: str) -> None:
    assert await offered(app, line) == []


async def test_a_slash_offers_every_command_of_a_chat(app: App) -> None:
    assert await offered(app, "/") == [f"/{command.name}" for command in app.dispatch.catalog.shown()]


async def test_the_beginning_of_a_name_offers_those_that_begin_so(app: App) -> None:
    assert await offered(app, "/articles s") == ["/articles show"]
    assert await taken(app, "/articles s", "/articles show") == "/articles show "
    assert await offered(app, "/xyzzy") == []


async def test_hidden_commands_and_those_of_the_shell_are_not_offered(app: App) -> None:
    assert await offered(app, "/rat") == []
    assert "/articles text" not in await offered(app, "/articles t")


async def test_titles_are_offered_where_an_article_is_wanted(app: App) -> None:
    assert GROK in await offered(app, "/articles show what was rel")
    assert await taken(app, "/articles show what was rel", GROK) == f"/articles show {GROK}"
    line = await taken(app, "/ask Why? article:promised", GROK)
    assert line == f'/ask Why? article:"{GROK}"'


async def test_names_of_options_are_offered_until_they_stand_there(app: App) -> None:
    assert "limit:" in await offered(app, "/search licence li")
    assert await taken(app, "/search licence li", "limit:") == "/search licence limit:"
    assert "limit:" not in await offered(app, "/search limit:3 l")


async def test_choices_are_offered_after_the_colon(app: App) -> None:
    assert await offered(app, "/articles add notes.md stance:") == ["openness", "control", "both"]
    assert await offered(app, "/articles add notes.md stance:c") == ["control"]
    line = "/articles add notes.md stance:c"
    assert await taken(app, line, "control") == "/articles add notes.md stance:control"
    assert await offered(app, "/articles add notes.md as_is:") == ["yes", "no"]


async def test_commands_are_offered_to_help(app: App) -> None:
    assert "articles add" in await offered(app, "/help art")
    assert await taken(app, "/help art", "articles add") == "/help articles add"


async def test_who_may_not_use_a_command_gets_no_values_for_it(app: App) -> None:
    assert GROK in await offered(app, "/articles remove what was rel")
    assert GROK not in await offered(app, "/articles remove what was rel", Role.MEMBER)


async def test_names_come_only_asynchronously(app: App) -> None:
    completer = CommandCompleter(app.dispatch, lambda text: None)
    assert list(completer.get_completions(Document("/"), CompleteEvent())) == []
