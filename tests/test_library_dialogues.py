"""Thirty conversations with follow-ups over the library that ships, with a model and without."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, opened
from bot.chat.invocation import Invocation
from bot.endpoint import Endpoint
from bot.settings import Settings
from tests.fakes.model_server import FakeModelServer
from tests.screens import Silent

DIALOGUES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "dialogues.jsonl").read_text().splitlines()
]


async def run(app: App, thread: str, *arguments: str) -> Any:
    place = replace(app.home, thread=thread)
    call = Invocation(member=app.operator, place=place, arguments=arguments, asks_back=False)
    return (await app.dispatch(call, Silent())).data


async def stems(app: App) -> dict[int, str]:
    """The file name of each article, by number."""
    listed = await run(app, "list", "articles", "list", "--limit", "50")
    return {one["article"]: Path(one["source"].partition(":")[2]).stem for one in listed}


def expected(about: str | list[str] | None) -> set[str]:
    return {about} if isinstance(about, str) else set(about or ())


def read(server: FakeModelServer, titles: dict[str, str]) -> set[str]:
    """The articles whose passages were in the last request for an answer."""
    asked = [call.body["messages"][-1]["content"] for call in server.calls[-1:]]
    return {stem for title, stem in titles.items() if any(f"] {title}" in text for text in asked)}


async def followed(app: App, server: FakeModelServer | None = None) -> tuple[int, int, int, int]:
    """How many follow-ups find the right article, of how many; how many that nobody can answer are refused.

    Found is what is cited; with a model, what it is given to read, since what it makes of that is its own.
    """
    files = await stems(app)
    titles = {one["title"]: files[one["article"]] for one in await run(app, "list", "articles", "list")}
    right = asked = refused = unanswerable = 0
    for number, dialogue in enumerate(DIALOGUES):
        for turn, (question, about) in enumerate(zip(dialogue["turns"], dialogue["about"], strict=True)):
            answer = await run(app, f"thread-{number}", "ask", question)
            if turn and about is None:
                unanswerable += 1
                refused += not answer["answered"]
            elif turn:
                asked += 1
                found = {files[source["article"]] for source in answer["sources"]}
                found |= read(server, titles) if server else set()
                right += bool(found & expected(about))
    return right, asked, refused, unanswerable


@pytest.mark.timeout(240)
async def test_follow_ups_are_understood_without_a_model(tmp_path: Path) -> None:
    async with opened(Settings(data=tmp_path, discover=False), platform="shell") as app:
        right, asked, refused, unanswerable = await followed(app)
    sys.stdout.write(
        f"{right} of {asked} follow-ups find the right article, {refused} of {unanswerable} are refused\n"
    )
    assert right >= 0.8 * asked


@pytest.mark.timeout(240)
async def test_follow_ups_are_understood_with_a_model(tmp_path: Path) -> None:
    async with FakeModelServer() as server:
        endpoint = Endpoint(name="default", base_url=server.base_url, model="small-model", window=8192)
        settings = Settings(data=tmp_path, endpoints=(endpoint,), member_tokens=None, community_tokens=None)
        async with opened(settings, platform="shell") as app:
            right, asked, refused, unanswerable = await followed(app, server)
    sys.stdout.write(
        f"{right} of {asked} follow-ups find the right article, {refused} of {unanswerable} are refused\n"
    )
    assert right >= 0.8 * asked
