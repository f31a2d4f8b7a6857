"""Help, from the declarations: what somebody may type here, and how."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, opened
from bot.chat.invocation import Invocation, Role
from bot.chat.reply import Actions, Fact, Facts, Heading, Prose, Reply
from bot.endpoint import Endpoint
from bot.errors import NotFound
from bot.llm import discover
from bot.settings import Settings
from tests.fakes.model_server import FakeModelServer
from tests.features.room import prose
from tests.screens import Silent


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with opened(Settings(data=tmp_path / "data", library=False), platform="shell") as made:
        yield made


def call(app: App, text: str = "", *, role: Role = Role.OPERATOR, from_shell: bool = False) -> Invocation:
    member = replace(app.operator, role=role)
    return Invocation(member=member, place=app.home, text=text, local=True, from_shell=from_shell)


async def said(app: App, text: str, *, role: Role = Role.OPERATOR, from_shell: bool = False) -> Reply:
    return await app.dispatch(call(app, text, role=role, from_shell=from_shell), Silent())


def names(reply: Reply) -> set[str]:
    return {entry["command"] for entry in reply.data}


def facts(reply: Reply) -> dict[str, str]:
    rows: list[Fact] = [row for block in reply.blocks if isinstance(block, Facts) for row in block.rows]
    return {row.label: row.value for row in rows}


async def test_a_member_sees_what_members_may_type(app: App) -> None:
    seen = names(await said(app, "/help", role=Role.MEMBER))
    assert {"ask", "search", "source", "help", "articles list", "articles show"} <= seen
    assert not seen & {"articles add", "articles remove"}


async def test_a_contributor_sees_what_contributors_may_type(app: App) -> None:
    seen = names(await said(app, "/help", role=Role.CONTRIBUTOR))
    assert {"ask", "articles add", "articles remove"} <= seen


async def test_commands_of_the_shell_are_told_of_in_a_shell_and_hidden_ones_nowhere(app: App) -> None:
    in_chat, in_shell = names(await said(app, "/help")), names(await said(app, "/help", from_shell=True))
    assert {"say", "articles text"} <= in_shell - in_chat
    assert not in_shell & {"rate", "welcome"}


async def test_help_shows_each_command_with_its_description(app: App) -> None:
    shown = facts(await said(app, "/help"))
    assert shown["/ask"] == "Ask a question; the answer comes from the articles, with its sources."


async def test_help_of_a_group_lists_its_commands(app: App) -> None:
    assert {"articles list", "articles show", "articles add"} <= names(await said(app, "/help articles"))


async def test_help_of_a_group_shows_a_member_nothing_that_is_not_for_members(app: App) -> None:
    seen = names(await said(app, "/help articles", role=Role.MEMBER))
    assert "articles list" in seen
    assert not seen & {"articles add", "articles remove", "articles text"}


async def test_help_of_a_group_in_a_chat_leaves_out_what_is_for_a_shell(app: App) -> None:
    assert "articles text" not in names(await said(app, "/help articles"))
    assert "articles text" in names(await said(app, "/help articles", from_shell=True))


@pytest.mark.parametrize("typed", ["/help articles add", "/help /articles add", "/help ARTICLES Add"])
async def test_help_of_one_command_tells_its_options(app: App, typed: str) -> None:
    shown = await said(app, typed)
    assert Heading("/articles add") in shown.blocks
    rows = facts(shown)
    assert rows["Usage"].startswith("/articles add FILE [title]")
    assert rows["Example"] == "/articles add notes.md"
    assert rows["For"] == "contributors"
    assert rows["file"] == "File or folder; a file"
    assert rows["stance"] == "Which side it argues; openness · control · both; optional"
    assert rows["date"] == "Date it was written; a date, such as 2026-12-01; optional"
    assert rows["as-is"].endswith("; a yes or no; optional")


async def test_help_tells_a_default_that_is_one(app: App) -> None:
    assert facts(await said(app, "/help search"))["limit"].endswith("a number; optional, 5 if left out")
    assert "For" not in facts(await said(app, "/help search"))


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("/help serch", "Did you mean /search?"),
        ("/help articles ad", "/articles add"),
        ("/help xyzzy", "/help lists what there is."),
    ],
)
async def test_help_of_an_unknown_command_names_the_nearest(app: App, typed: str, hint: str) -> None:
    refused = await said(app, typed)
    assert isinstance(refused.error, NotFound)
    assert hint in refused.error.hint


async def test_command_names_are_completed_for_those_who_may_use_them(app: App) -> None:
    help_ = app.dispatch.catalog.named("help")
    assert help_ is not None
    offered = await app.dispatch.suggest(call(app), help_, "command", "/Art")
    assert {"articles add", "articles list"} <= set(offered)
    assert "articles text" not in offered
    to_member = await app.dispatch.suggest(call(app, role=Role.MEMBER), help_, "command", "art")
    assert list(to_member) == ["articles list", "articles show"]


async def test_the_welcome_of_an_empty_library_offers_to_fill_it(app: App) -> None:
    first = await said(app, "/welcome")
    assert first.data == {"articles": 0, "models": []}
    labels = [b.label for block in first.blocks if isinstance(block, Actions) for b in block.buttons]
    assert labels == ["/help articles add", "/help"]


async def test_the_welcome_counts_the_articles_and_each_of_its_buttons_works(tmp_path: Path) -> None:
    async with opened(Settings(data=tmp_path / "stocked"), platform="shell") as app:
        first = await said(app, "/welcome")
        assert first.data["articles"] >= 10
        assert f"{first.data['articles']} articles" in "".join(
            block.text for block in first.blocks if isinstance(block, Prose)
        )
        buttons = [b for block in first.blocks if isinstance(block, Actions) for b in block.buttons]
        assert len(buttons) == 3
        for button in buttons:
            assert (await said(app, f"/{button.action}")).error is None
        assert (await said(app, f"/{buttons[0].action}")).data["answered"]


# Who writes the answers, and who sees the questions.


async def greeted(folder: Path, command: str = "/welcome", **settled: Any) -> str:
    async with opened(Settings(data=folder, library=False, **settled), platform="shell") as app:
        return prose(await said(app, command))


async def test_without_a_model_the_first_screen_says_that_it_quotes(tmp_path: Path) -> None:
    assert "no model: I answer in quotations." in await greeted(tmp_path)


async def test_the_first_screen_names_the_model_and_where_it_runs(tmp_path: Path) -> None:
    async with FakeModelServer(kind="ollama") as server:
        one = Endpoint(name="default", base_url=server.base_url, title="Ollama", provider="ollama")
        said = await greeted(tmp_path, endpoints=(one,))
    assert "answers by small-model on this machine (Ollama)" in said


async def test_a_server_on_this_machine_is_found_and_named_without_any_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeModelServer(kind="lmstudio") as server:
        port = int(server.url.rsplit(":", 1)[1])
        monkeypatch.setattr(discover, "PLACES", (("127.0.0.1", port),))
        assert "answers by small-model on this machine (LM Studio)" in await greeted(tmp_path / "a")
        assert "no model" in await greeted(tmp_path / "b", discover=False)


async def test_where_it_is_not_clear_which_model_to_ask_the_choice_is_listed(tmp_path: Path) -> None:
    async with FakeModelServer(models=["alpha:7b", "beta:3b"], embedding_models=["tiny-embed"]) as server:
        said = await greeted(tmp_path, endpoints=(Endpoint(name="default", base_url=server.base_url),))
    assert "no model yet" in said
    assert "alpha:7b, beta:3b" in said
    assert "tiny-embed" not in said
    assert "LLM\\_MODEL" in said


async def test_an_endpoint_that_does_not_answer_does_not_keep_the_first_screen_away(tmp_path: Path) -> None:
    dead = Endpoint(name="default", base_url="http://127.0.0.1:9/v1")
    assert "no model yet: Nobody answers at" in await greeted(tmp_path, endpoints=(dead,))


async def test_help_says_which_host_sees_the_questions(tmp_path: Path) -> None:
    async with FakeModelServer() as server:
        here = Endpoint(name="default", base_url=server.base_url, model="small-model")
        assert "stay on this machine" in await greeted(tmp_path, "/help", endpoints=(here,))
    far = Endpoint(name="default", base_url="https://models.example/v1", model="big-model", api_key="k")
    assert "are sent to **models.example**" in await greeted(tmp_path, "/help", endpoints=(far,))


async def test_a_host_that_only_makes_vectors_sees_the_questions_as_well(tmp_path: Path) -> None:
    far = Endpoint(name="embeddings", base_url="https://vectors.example/v1", model="tiny", api_key="k")
    said = await greeted(tmp_path, "/help", embeddings=far, discover=False)
    assert "are sent to **vectors.example**" in said


async def test_without_any_endpoint_help_says_nothing_of_hosts(tmp_path: Path) -> None:
    assert "Questions" not in await greeted(tmp_path, "/help", discover=False)


async def test_a_proxy_on_this_machine_passes_questions_on(tmp_path: Path) -> None:
    proxy = Endpoint(
        name="default", base_url="http://127.0.0.1:4000/v1", model="m", provider="litellm", title="LiteLLM"
    )
    assert "LiteLLM here, which passes them on" in await greeted(tmp_path, "/help", endpoints=(proxy,))


async def test_where_another_endpoint_can_answer_the_first_screen_names_that_one(tmp_path: Path) -> None:
    dead = Endpoint(name="default", base_url="http://127.0.0.1:9/v1")
    async with FakeModelServer() as server:
        here = Endpoint(name="spare", base_url=server.base_url, model="small-model")
        said = await greeted(tmp_path, endpoints=(dead, here), fallback=("spare",))
    assert "answers by small-model" in said
    assert "default does not answer" in said
