"""A claim checked: what a model says of it counts only as far as the articles say it, word for word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.chat.invocation import Member, Role
from bot.chat.reply import Quote
from bot.errors import Wait
from tests.fakes.model_server import FakeModelServer
from tests.features.room import Room, prose, room_in
from tests.features.test_written_answers import GROK, LLAMA, endpoint

CLAIM = "The weights of Grok 2 were released in August 2025"
RELEASED = "The weights of Grok 2 were released by xAI in August 2025."
FORBIDDEN = "The licence of Grok 2 does not allow training other models with it."


def saying(*evidence: tuple[int, str, str]) -> Callable[[list[dict[str, Any]], dict[str, Any]], str]:
    items = [{"n": n, "quote": quote, "says": says} for n, quote, says in evidence]
    return lambda messages, body: json.dumps({"evidence": items})


async def checked(folder: Path, claim: str, *evidence: tuple[int, str, str], **more: Any) -> Any:
    async with (
        FakeModelServer(author=saying(*evidence), **more) as server,
        room_in(folder, endpoints=(endpoint(server),)) as room,
    ):
        await stock(room)
        return await room.run("check", claim)


async def stock(room: Room) -> None:
    await room.stock()
    await room.add("Grok 2", GROK)
    await room.add("Llama", LLAMA)


async def test_what_stands_in_an_article_supports_a_claim(tmp_path: Path) -> None:
    shown = await checked(tmp_path, CLAIM, (1, RELEASED, "supports"))
    assert shown.data["verdict"] == "supported"
    assert Quote(RELEASED, 1) in shown.blocks
    assert "small-model, a machine on this machine, looked for these" in prose(shown)


async def test_an_invented_quotation_supports_nothing(tmp_path: Path) -> None:
    invented = "The weights of Grok 2 were released by xAI in August 2025 to everybody's surprise."
    shown = await checked(tmp_path, CLAIM, (1, invented, "supports"))
    assert shown.data["verdict"] == "not covered"
    assert "surprise" not in prose(shown)


async def test_a_part_of_a_sentence_is_shown_with_the_rest_of_it(tmp_path: Path) -> None:
    part = "allow training other models with it"
    shown = await checked(tmp_path, "Grok 2 may be used to train other models", (1, part, "supports"))
    assert shown.data["verdict"] == "not covered"
    part = "licence of Grok 2 does not allow training"
    shown = await checked(tmp_path, "Grok 2 may not be used to train models", (1, part, "supports"))
    assert [one["quote"] for one in shown.data["evidence"]] == [FORBIDDEN]


async def test_a_wrong_number_of_a_source_does_no_harm(tmp_path: Path) -> None:
    for n in (-1, 0, 3, 99):
        shown = await checked(tmp_path / str(n), CLAIM, (n, RELEASED, "supports"))
        assert shown.data["verdict"] == "supported"


async def test_a_sentence_that_says_not_does_not_support_the_claim_without_it(tmp_path: Path) -> None:
    claim = "The licence of Grok 2 does allow training other models with it"
    shown = await checked(tmp_path, claim, (1, FORBIDDEN, "supports"))
    assert shown.data["verdict"] == "not covered"


async def test_a_sentence_that_says_just_the_claim_does_not_contradict_it(tmp_path: Path) -> None:
    shown = await checked(tmp_path, CLAIM, (1, RELEASED, "contradicts"))
    assert shown.data["verdict"] == "not covered"


async def test_one_sentence_said_to_support_and_to_contradict_does_neither(tmp_path: Path) -> None:
    both = ((1, RELEASED, "supports"), (1, RELEASED, "contradicts"))
    assert (await checked(tmp_path, CLAIM, *both)).data["verdict"] == "not covered"


async def test_no_side_is_left_out_for_the_other(tmp_path: Path) -> None:
    told = [one.strip() + "." for one in f"{GROK} {LLAMA}".split(".") if one.strip()]
    shown = await checked(
        tmp_path,
        "Grok 2 and Llama 2 are models with a licence",
        *((1, text, "supports") for text in told[:-1]),
        (2, told[-1], "contradicts"),
    )
    sides = [one["supports"] for one in shown.data["evidence"]]
    assert shown.data["verdict"] == "mixed"
    assert len(sides) <= 4
    assert sides == sorted(sides, reverse=True)


async def test_an_answer_that_is_no_json_leaves_related_passages_and_says_why(tmp_path: Path) -> None:
    async with (
        FakeModelServer(author=lambda messages, body: "I think so.") as server,
        room_in(tmp_path, endpoints=(endpoint(server),)) as room,
    ):
        await stock(room)
        shown = await room.run("check", CLAIM)
    assert shown.data["verdict"] is None
    assert shown.data["notice"]["code"] == "E-MODEL-PROTOCOL"
    assert shown.data["related"][0]["quote"] == RELEASED
    assert "No model could answer" in prose(shown)


async def test_without_a_model_related_passages_are_shown_without_a_verdict(tmp_path: Path) -> None:
    async with room_in(tmp_path, discover=False) as room:
        await stock(room)
        shown = await room.run("check", CLAIM)
        nothing = await room.run("check", "Spaghetti must boil for nine minutes")
    assert shown.data["verdict"] is None
    assert shown.data["related"][0]["quote"] == RELEASED
    assert nothing.data["verdict"] == "not covered"


async def test_what_nothing_here_is_near_to_costs_no_call(tmp_path: Path) -> None:
    async with FakeModelServer() as server, room_in(tmp_path, endpoints=(endpoint(server),)) as room:
        await stock(room)
        shown = await room.run("check", "Spaghetti must boil for nine minutes")
        assert not server.calls
    assert shown.data["verdict"] == "not covered"


async def test_a_claim_in_another_language_is_translated_or_told_what_to_search_in(tmp_path: Path) -> None:
    claim = "Die Gewichte von Grok 2 wurden im August 2025 veröffentlicht"
    async with FakeModelServer() as server, room_in(tmp_path / "a", endpoints=(endpoint(server),)) as room:
        await stock(room)
        await room.run("check", claim)
        assert any("Translate into English" in str(call.body) for call in server.calls)
    async with room_in(tmp_path / "b", discover=False) as room:
        await stock(room)
        shown = await room.run("check", "Der Löwe frisst die Gazelle und schläft dann unter dem Baum ein")
    assert "I can only search in English here." in prose(shown)


async def test_an_empty_claim_is_asked_for(tmp_path: Path) -> None:
    async with room_in(tmp_path, discover=False) as room:
        shown = await room.run("check", "  ")
    assert shown.error is not None
    assert shown.error.message == "Give me a claim of 1 to 1,000 characters."


@pytest.mark.parametrize("command", ["check", "search", "ask"])
async def test_what_members_ask_in_a_minute_is_counted_for_all_such_commands_together(
    tmp_path: Path, command: str
) -> None:
    ann = Member(id="ann", name="Ann", role=Role.MEMBER)
    async with room_in(tmp_path, discover=False, member_asks=3) as room:
        await stock(room)
        for other in ("ask", "search", "check"):
            assert (await room.run(other, CLAIM, member=ann)).error is None
        refused = await room.run(command, CLAIM, member=ann)
    assert isinstance(refused.error, Wait)
