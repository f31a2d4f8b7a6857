"""What communities choose: shown, changed, refused, and what follows from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, opened
from bot.chat.choices import KEYS
from bot.chat.command import ChannelId, RoleId
from bot.chat.invocation import Invocation, Member, Role
from bot.chat.reply import Actions, Form, Reply
from bot.endpoint import Endpoint
from bot.features.settings.command import Key, SetChoices
from bot.features.settings.reply import DOES, OTHERWISE
from bot.settings import Settings
from tests.fakes.debaters import debater
from tests.fakes.model_server import FakeModelServer
from tests.features.room import facts, prose
from tests.features.test_debates import hall_in
from tests.screens import Silent

ADMIN = Member(id="1", name="Ann", role=Role.ADMIN)
BO = Member(id="2", name="Bo")
NAMES = {"77": "Judges", "88": "debate-club", "99": "#mod-log"}


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with opened(Settings(data=tmp_path, library=False, discover=False), platform="shell") as app:
        yield app


async def said(
    app: App,
    line: str,
    *,
    by: Member = ADMIN,
    channel: str = "chat",
    community: str = "discord:5",
    values: dict[str, str] | None = None,
    names: Mapping[str, str] = NAMES,
    asks_back: bool = True,
) -> Reply:
    place = replace(app.home, community=community, channel=channel)
    call = Invocation(
        member=by, place=place, text=line, values=values or {}, asks_back=asks_back, names=names
    )
    return await app.dispatch(call, Silent())


def form(reply: Reply) -> Form:
    return next(block for block in reply.blocks if isinstance(block, Form))


def test_the_words_for_every_choice_are_there() -> None:
    assert KEYS == tuple(Key) == tuple(DOES) == tuple(OTHERWISE)
    assert [field.name for field in fields(SetChoices)] == [*KEYS, "reset"]


# Showing.


async def test_what_holds_without_a_choice_is_told(app: App) -> None:
    shown = await said(app, "/settings show")
    assert facts(shown) == {key.capitalize(): f"not chosen: {OTHERWISE[key]}" for key in KEYS}
    assert "Nothing was changed yet." in prose(shown)


async def test_roles_and_channels_are_shown_by_their_names(app: App) -> None:
    await said(app, "/settings set moderators:77 duels:88 reports:99 contributors:66")
    shown = facts(await said(app, "/settings show"))
    assert shown["Moderators"] == "@Judges"
    assert shown["Contributors"] == "role 66"
    assert shown["Duels"] == "#debate-club"
    assert shown["Reports"] == "#mod-log"


async def test_the_newest_ten_changes_are_shown_with_who_and_what(app: App) -> None:
    for n in range(11):
        await said(app, f"/settings set words:bad{n}")
    await said(app, "/settings set moderators:77 reset:words", by=replace(ADMIN, name="Cy"))
    shown = await said(app, "/settings show")
    changes = shown.data["changes"]
    assert len(changes) == 10
    assert {(one["key"], one["before"], one["after"], one["by"]) for one in changes[:2]} == {
        ("moderators", None, "77", "Cy"),
        ("words", "bad10", None, "Cy"),
    }
    assert "Cy: moderators from nothing to @Judges" in repr(shown.blocks)
    assert "Ann: words from bad9 to bad10" in repr(shown.blocks)


async def test_another_community_sees_nothing_of_it(app: App) -> None:
    await said(app, "/settings set words:bad")
    other = await said(app, "/settings show", community="discord:6")
    assert other.data["words"] is None
    assert other.data["changes"] == []


@pytest.mark.parametrize(
    "line",
    ["/setup", "/settings show", "/settings set words:x", "/settings words x", "/settings moderators 1"],
)
async def test_only_admins_choose(app: App, line: str) -> None:
    refused = await said(app, line, by=replace(BO, role=Role.MODERATOR))
    assert refused.error is not None
    assert "for admins" in refused.error.message
    assert (await said(app, "/settings show")).data["words"] is None


# Choosing.


async def test_a_choice_is_answered_with_what_holds_now(app: App) -> None:
    changed = await said(app, "/settings set moderators:77")
    assert facts(changed) == {"Moderators": "@Judges"}
    back = await said(app, "/settings set reset:moderators")
    assert facts(back) == {"Moderators": f"not chosen: {OTHERWISE['moderators']}"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/settings set", "Nothing to change"),
        ("/settings set words:bad reset:words", "not both"),
        ('/settings set words:" , ,, "', "no word in that list"),
        ("/settings set words:!!", "no word in that list"),
        ("/settings set endpoint:nowhere", "no endpoint “nowhere”"),
        ("/settings set reset:colour", "not one of"),
    ],
)
async def test_what_makes_no_choice_is_refused(app: App, line: str, told: str) -> None:
    refused = await said(app, line)
    assert refused.error is not None
    assert told in refused.error.message
    assert (await said(app, "/settings show")).data["changes"] == []


async def test_a_word_list_is_kept_tidy(app: App) -> None:
    await said(app, '/settings words words:" bad,worse ,, bad,  very   bad "')
    assert (await said(app, "/settings show")).data["words"] == "bad, worse, very bad"


async def test_the_card_leads_to_a_form_for_everything(app: App) -> None:
    card = await said(app, "/setup")
    shown = facts(card)
    assert set(shown) == {key.capitalize() for key in KEYS}
    buttons = [b for block in card.blocks if isinstance(block, Actions) for b in block.buttons]
    asked = dict[str, str]()
    for button in buttons[:-1]:
        opened_form = form(await said(app, f"/{button.action}"))
        asked |= {field.name: field.pick for field in opened_form.fields}
        assert opened_form.command == button.action
    assert asked == {
        "moderators": "role",
        "contributors": "role",
        "duels": "channel",
        "reports": "channel",
        "endpoint": "",
        "words": "",
    }
    assert (await said(app, f"/{buttons[-1].action}")).error is None


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("settings moderators", {"moderators": "77"}),
        ("settings contributors", {"contributors": "66"}),
        ("settings duels", {"duels": "88"}),
        ("settings reports", {"reports": "99"}),
        ("settings words", {"words": "bad"}),
    ],
)
async def test_a_form_that_was_filled_in_chooses(app: App, command: str, values: dict[str, str]) -> None:
    done = await said(app, f"/{command}", values=values)
    assert done.error is None
    shown: dict[str, Any] = (await said(app, "/settings show")).data
    assert {key: shown[key] for key in values} == values


async def test_the_options_of_a_choice_are_picked_from_lists(app: App) -> None:
    command = app.dispatch.catalog.named("settings set")
    assert command is not None
    kinds = {parameter.name: parameter.python_type for parameter in command.parameters}
    assert kinds["moderators"] is kinds["contributors"] is RoleId
    assert kinds["duels"] is kinds["reports"] is ChannelId


# The endpoint.


async def test_a_communitys_questions_go_to_the_endpoint_that_it_chose(tmp_path: Path) -> None:
    async with FakeModelServer() as usual, FakeModelServer() as chosen:
        endpoints = (
            Endpoint(name="default", base_url=usual.base_url, model="small-model"),
            Endpoint(name="Local", base_url=chosen.base_url, model="small-model"),
        )
        async with opened(Settings(data=tmp_path, endpoints=endpoints), platform="shell") as app:
            command = app.dispatch.catalog.named("settings set")
            assert command is not None
            call = Invocation(member=ADMIN, place=app.home)
            assert await app.dispatch.suggest(call, command, "endpoint", "lo") == ["Local"]
            await said(app, "/settings set endpoint:local", community=app.home.community)
            question = "/ask What did xAI promise about Grok 2?"
            answered = await said(app, question, community=app.home.community)
            assert answered.data["answered"]
            assert chats(chosen)
            assert not chats(usual)
            await said(app, "/settings set reset:endpoint", community=app.home.community)
            before = chats(chosen)
            await said(app, question, community=app.home.community)
            assert chats(usual)
            assert chats(chosen) == before


def chats(server: FakeModelServer) -> int:
    return sum(asked.path.endswith("/chat/completions") for asked in server.requests)


# Duels.


@pytest.fixture
async def stocked(tmp_path: Path) -> AsyncIterator[App]:
    async with opened(Settings(data=tmp_path, discover=False), platform="terminal") as app:
        yield app


async def at_home(app: App, line: str, *, by: Member = BO, channel: str = "chat") -> Reply:
    return await said(app, line, by=by, channel=channel, community=app.home.community)


async def test_a_member_starts_a_duel_in_the_channel_for_it_and_nowhere_else(stocked: App) -> None:
    refused = await at_home(stocked, "/debate duel 3")
    assert refused.error is not None
    assert "Only moderators start duels" in refused.error.message
    await at_home(stocked, "/settings set duels:88", by=ADMIN)
    elsewhere = await at_home(stocked, "/debate duel 3")
    assert elsewhere.error is not None
    assert "#debate-club" in elsewhere.error.message
    begun = await at_home(stocked, "/debate duel 3 side:for", channel="88")
    assert begun.error is None, begun.error
    seats = facts(await at_home(stocked, "/debate status", channel="88"))
    assert "Bo" in next(value for label, value in seats.items() if "for the motion" in label)


async def test_a_member_argues_against_the_motion_unless_they_say_so_and_moderators_duel_anywhere(
    stocked: App,
) -> None:
    begun = await at_home(stocked, "/debate duel 3", by=replace(BO, role=Role.MODERATOR))
    assert begun.error is None, begun.error
    seats = facts(await at_home(stocked, "/debate status"))
    assert "Bo" in next(value for label, value in seats.items() if "against the motion" in label)


async def test_a_duel_is_the_only_debate_that_a_member_starts(stocked: App) -> None:
    await at_home(stocked, "/settings set duels:88", by=ADMIN)
    refused = await at_home(stocked, "/debate start 3", channel="88")
    assert refused.error is not None
    assert "for moderators" in refused.error.message


# The word list in a debate.


async def test_a_debate_is_held_to_the_communitys_word_list(tmp_path: Path) -> None:
    async with hall_in(tmp_path / "data") as hall:

        async def is_refused(line: str, by: Member | None = None) -> None:
            assert "That word is not allowed here: frobnicate." in str((await hall.type(line, by=by)).error)

        await hall.type("/settings set words:frobnicate")
        await is_refused("/debate start This house would frobnicate all open weights")
        assert (await hall.type("/debate start 2 for:me")).error is None
        await is_refused("/debate question against Do you FROBNICATE?", by=BO)
        await is_refused("/debate draft We shall frobnicate.")
        await hall.type("/moderate call")
        await is_refused("/debate speak We shall frobnicate.")
        assert (await hall.type("/debate speak We shall not.")).error is None


async def test_a_draft_is_refused_for_a_word_that_was_listed_since(tmp_path: Path) -> None:
    async with hall_in(tmp_path / "data") as hall:
        await hall.type("/debate start 2 for:me")
        assert (await hall.type("/debate draft We shall frobnicate them all.")).error is None
        await hall.type("/settings set words:frobnicate")
        await hall.type("/moderate call")
        assert "frobnicate" in str((await hall.type("/debate submit")).error)
        assert (await hall.stands())["speeches"] == 0


async def test_a_model_does_not_say_a_listed_word(tmp_path: Path) -> None:
    rude = debater(
        lambda part, speech: f"<plan>\nAs I like.\n</plan>\n<speech>\n{speech} Frobnicate!\n</speech>"
    )
    async with FakeModelServer(author=rude) as server:
        endpoints = (Endpoint(name="rude", base_url=server.base_url, model="small-model"),)
        settled = {"endpoints": endpoints, "member_tokens": None, "community_tokens": None}
        async with hall_in(tmp_path / "data", **settled) as hall:
            await hall.type("/settings set words:frobnicate")
            ended = await hall.type("/debate start 1 for:rude against:evidence", waits=False)
            said = await hall.until(lambda said: "All have spoken" in said)
    spoken = [line["text"] for line in ended.data["speeches"] if line["side"] == "for"]
    assert any("[…]!" in one for one in spoken)
    assert "robnicate" not in said
    assert "left out that the community does not allow" in said
