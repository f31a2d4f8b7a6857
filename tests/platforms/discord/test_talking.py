"""What people see in a server: commands, answers, buttons, forms; through real client and real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest

from bot.features.debate import starting
from tests.platforms.discord.gateway import USER
from tests.platforms.discord.world import (
    ADA,
    ADMIN,
    BO,
    CHANNEL,
    CY,
    MODERATOR,
    Person,
    World,
    bot_in,
    button,
    buttons,
    texts,
    until,
    world,
)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[World]:
    async with world() as here, bot_in(here, tmp_path / "data"):
        yield here


async def test_a_question_is_answered_with_quotations_for_all(server: World) -> None:
    turn = await server.use(ADA, "ask", question="What did xAI promise about Grok 2?")
    await until(lambda: "> " in turn.text)
    assert turn.deferred
    assert not turn.private
    assert "Grok 2" in turn.text
    assert "> " in turn.text


async def test_what_is_private_is_seen_by_the_asker_alone_and_can_be_shared(server: World) -> None:
    turn = await server.use(ADA, "search", words="licence")
    await until(lambda: turn.messages)
    assert turn.private
    shared = await server.press(ADA, turn.button("Share"), turn.messages[0])
    await until(lambda: shared.messages or turn.edits)
    await until(lambda: "Shared by" in shared.text)
    assert not shared.messages[-1].get("flags", 0) & 64


async def test_what_a_member_may_not_do_is_refused_privately(server: World) -> None:
    turn = await server.use(ADA, "debate start")
    await until(lambda: turn.messages)
    assert turn.private
    assert "moderator" in turn.text


async def test_half_typed_titles_are_completed(server: World) -> None:
    ready = await server.use(ADA, "articles list")
    await until(lambda: ready.messages)
    turn = await server.type(ADA, "articles show", "article", "open")
    await until(lambda: turn.choices is not None)
    assert turn.choices
    assert all("open" in choice.casefold() for choice in turn.choices)


async def test_a_missing_speech_is_asked_for_in_a_form(server: World) -> None:
    turn = await server.use(ADA, "debate speak")
    await until(lambda: turn.modal)
    assert turn.modal is not None
    given = await server.submit(turn, text="Friends, weights are not enough.")
    await until(lambda: given.messages)
    assert "No debate is running here." in given.text


async def test_a_debate_is_one_message_and_one_thread(server: World) -> None:
    begun = await server.use(MODERATOR, "debate start", motion="1", format="quick")
    await until(lambda: server.titles)
    assert len(server.messages[CHANNEL]) == 1
    announced = server.messages[CHANNEL][0]
    thread = announced["id"]
    for by, label in ((ADA, "I am for"), (BO, "I am against"), (CY, "Undecided")):
        vote = await server.press(by, button(announced, label), announced)
        await until(lambda vote=vote: vote.messages)
        assert vote.private
        assert "Your vote:" in vote.text
    onward = await server.press(MODERATOR, button(announced, "Start now"), announced)
    await until(lambda: onward.messages)
    await until(lambda: server.messages[thread])
    assert begun.messages
    assert len(server.messages[CHANNEL]) == 1


async def test_a_debate_ends_where_it_began(server: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "BREATHER_S", 0)
    await server.use(MODERATOR, "debate start", motion="1", format="quick")
    await until(lambda: server.titles)
    head = server.messages[CHANNEL][0]
    voters = [Person(f"7777777777777777{n}", f"Voter {n}") for n in range(5)]
    for voter in voters:
        vote = await server.press(voter, button(head, "I am for"), head)
        await until(lambda vote=vote: vote.messages)
    await server.press(MODERATOR, button(head, "Start now"), head)
    thread = head["id"]
    await until(lambda: any("All have spoken" in text for text in server.texts(thread)))
    await until(lambda: any(one["label"] == "Close the vote" for one in buttons(head["components"])))
    for voter in voters:
        vote = await server.press(voter, button(head, "I am against"), head)
        await until(lambda vote=vote: vote.messages)
    closing = await server.press(MODERATOR, button(head, "Close the vote"), head)
    await until(lambda: closing.messages)
    await until(lambda: "against" in " ".join(texts(head["components"])) and head.get("files"))
    assert len(server.messages[CHANNEL]) == 1
    speeches = [text for text in server.texts(thread) if "> " in text]
    assert len(speeches) == 8
    transcript = await server.use(ADA, "debate transcript")
    await until(lambda: transcript.messages and "Closing" in transcript.text)
    assert not any("<@" in text for text in server.texts(thread))


async def test_a_member_argues_by_forms_under_their_own_name(
    server: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "BREATHER_S", 0)
    await server.use(MODERATOR, "debate start", {"for": "open"}, motion="1", against="evidence")
    await until(lambda: server.titles)
    head = server.messages[CHANNEL][0]
    seat = next(
        one["label"] for one in buttons(head["components"]) if one["label"].startswith("Take the seat")
    )
    taken = await server.press(ADA, button(head, seat), head)
    await until(lambda: "You speak" in taken.text)
    await server.press(MODERATOR, button(head, "Start now"), head)
    thread = head["id"]
    await until(lambda: any(f"<@{ADA.id}>" in text for text in server.texts(thread)))
    called = next(
        one for one in server.messages[thread] if f"<@{ADA.id}>" in " ".join(texts(one["components"]))
    )
    assert called["allowed_mentions"]["users"] == [int(ADA.id)]
    speak = await server.press(ADA, button(called, "Speak"), called)
    await until(lambda: speak.modal)
    said = await server.submit(
        speak, text="Friends, I say: open weights can be studied by anybody. @everyone"
    )
    await until(lambda: "Posted" in said.text)
    await until(lambda: any("Friends, I say" in text for text in server.texts(thread)))
    spoken = next(text for text in server.texts(thread) if "Friends, I say" in text)
    assert "Ada" in spoken
    assert "@everyone" not in spoken


async def test_a_message_is_checked_from_its_menu(server: World) -> None:
    claim = {"id": str(server._ids + 5), "content": "Grok 2 was released under an open-source licence"}
    turn = await server.choose_in_menu(ADA, "Check against the articles", claim)
    await until(lambda: turn.messages and "Claim:" in turn.text)
    assert turn.private


async def test_a_mention_asks_a_question(server: World) -> None:
    await server.say(ADA, f"<@{USER['id']}> What did xAI promise about Grok 2?", mentions=[USER])
    await until(lambda: any("Grok 2" in text for text in server.texts(CHANNEL)))


async def test_other_messages_are_left_alone(server: World) -> None:
    await server.say(ADA, "What did xAI promise about Grok 2?")
    turn = await server.use(ADA, "help")
    await until(lambda: turn.messages)
    assert server.messages[CHANNEL] == []


async def test_a_role_that_a_community_named_moderates(server: World) -> None:
    role = "88888888888888888"
    chosen = await server.use(ADMIN, "settings set", moderators=role)
    await until(lambda: chosen.messages)
    by_role = Person("77777777777777779", "Ro", roles=(role,))
    await server.use(by_role, "debate start", motion="1")
    await until(lambda: server.titles)


async def test_settings_are_for_admins(server: World) -> None:
    turn = await server.use(MODERATOR, "settings show")
    await until(lambda: turn.messages)
    assert "admin" in turn.text
    card = await server.use(ADMIN, "setup")
    await until(lambda: card.messages)
    assert card.private
    labels = [one["label"] for message in card.messages for one in buttons(message["components"])]
    assert labels


async def test_a_button_works_after_a_restart(tmp_path: Path) -> None:
    async with world() as here:
        async with bot_in(here, tmp_path / "data"):
            await here.use(MODERATOR, "debate start", motion="1")
            await until(lambda: here.titles)
        head = here.messages[CHANNEL][0]
        async with bot_in(here, tmp_path / "data"):
            vote = await here.press(ADA, button(head, "I am for"), head)
            await until(lambda: "Your vote:" in vote.text)
        assert len(here.registered) == 1


async def test_what_is_delivered_twice_is_done_once(server: World) -> None:
    server.twice = True
    turn = await server.use(ADA, "ask", question="What did xAI promise about Grok 2?")
    await until(lambda: "> " in turn.text)
    again = await server.use(ADA, "help")
    await until(lambda: again.messages)
    assert len(turn.messages) == 1


async def test_where_i_may_not_post_no_debate_is_opened(server: World) -> None:
    server.bot_may = discord.Permissions(view_channel=True, send_messages=True)
    turn = await server.use(MODERATOR, "debate start", motion="1")
    await until(lambda: turn.messages)
    assert turn.private
    assert "Grant me" in turn.text
    assert "Create Public Threads" in turn.text
    assert server.messages[CHANNEL] == []


async def test_a_report_names_its_reporter_to_moderators_alone(server: World) -> None:
    chosen = await server.use(ADMIN, "settings set", reports=CHANNEL)
    await until(lambda: chosen.messages)
    bad = {"id": str(server._ids + 5), "content": "Something rude"}
    turn = await server.choose_in_menu(ADA, "Report to moderators", bad)
    await until(lambda: "Reported" in turn.text)
    assert turn.private
    assert "Share" not in [
        one["label"] for message in turn.messages for one in buttons(message["components"])
    ]
    await until(lambda: server.messages[CHANNEL])
    assert "Something rude" in server.texts(CHANNEL)[0]
    assert "Ada" in server.texts(CHANNEL)[0]
