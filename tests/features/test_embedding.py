"""`articles embed`: progress on the screen, and what it comes to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import opened
from bot.chat.invocation import Invocation, Member, Place, Role
from bot.chat.reply import Progress, Prose, Reply
from bot.errors import ModelError, NotAllowed, OperatorError
from bot.features.library.command import EmbedArticles
from bot.features.library.embedding import EmbedsArticles
from bot.ports import Embedded
from bot.settings import Settings

CALL = Invocation(
    member=Member(id="operator", name="Ann", role=Role.OPERATOR),
    place=Place(platform="shell", community="terminal", channel="chat"),
    arguments=("articles", "embed"),
    local=True,
    from_shell=True,
)


class Coming:
    """Comes so far, step by step, and then fails if it is to."""

    def __init__(self, *steps: tuple[int, int], fails: Exception | None = None) -> None:
        self._steps = steps
        self._fails = fails

    async def finish(self) -> AsyncIterator[Embedded]:
        for done, total in self._steps:
            yield Embedded(done=done, total=total)
        if self._fails:
            raise self._fails


async def said(embedding: Coming) -> list[Reply]:
    return [reply async for reply in EmbedsArticles(embedding)(EmbedArticles(), CALL)]


def prose(reply: Reply) -> str:
    return "\n".join(block.text for block in reply.blocks if isinstance(block, Prose))


async def test_it_tells_how_far_it_has_come_and_what_it_did() -> None:
    *progress, last = await said(Coming((1200, 3000), (2100, 3000), (3000, 3000)))
    bars = [block for reply in progress for block in reply.blocks]
    assert bars == [Progress("Embedding the articles", done, 3000) for done in (1200, 2100, 3000)]
    assert prose(last) == "Embedded: 1,800 passages. Search now goes by meaning as well as by words."
    assert last.data == {"embedded": 1800, "passages": 3000}


@pytest.mark.parametrize(
    ("steps", "answer"),
    [
        ([(3000, 3000)], "Nothing to do: all 3,000 passages are embedded."),
        ([(0, 0)], "There is nothing to embed yet. `/articles add` takes a file or a folder."),
    ],
)
async def test_where_nothing_is_to_do_it_says_so(steps: Sequence[tuple[int, int]], answer: str) -> None:
    assert prose((await said(Coming(*steps)))[-1]) == answer


async def test_what_stops_it_is_told() -> None:
    with pytest.raises(ModelError, match="It broke"):
        await said(Coming((0, 2), (1, 2), fails=ModelError("It broke.")))


class Screen:
    """Shows nothing."""

    pace_s = 0.0

    async def acknowledge(self, *, private: bool) -> None:
        pass

    async def show(self, reply: Reply) -> None:
        pass

    async def finish(self) -> None:
        pass


async def test_without_an_endpoint_it_says_how_to_set_one(tmp_path: Path) -> None:
    async with opened(Settings(data=tmp_path / "data", library=False), platform="shell") as app:
        refused = (await app.dispatch(CALL, Screen())).error
    assert isinstance(refused, OperatorError)
    assert "LLM_EMBEDDINGS_MODEL" in refused.hint


async def test_only_the_operator_embeds_and_in_a_shell(tmp_path: Path) -> None:
    contributor = replace(CALL, member=replace(CALL.member, role=Role.CONTRIBUTOR))
    elsewhere = replace(CALL, from_shell=False)
    async with opened(Settings(data=tmp_path / "data", library=False), platform="shell") as app:
        for call in (contributor, elsewhere):
            assert isinstance((await app.dispatch(call, Screen())).error, NotAllowed)
