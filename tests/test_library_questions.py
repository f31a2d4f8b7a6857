"""Two hundred questions to the library that ships: what is quoted is real, the rest is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, opened
from bot.chat.invocation import Invocation
from bot.settings import Settings
from tests.screens import Silent

QUESTIONS = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "questions.jsonl").read_text().splitlines()
]


@dataclass(frozen=True)
class Answered:
    question: dict[str, Any]
    data: dict[str, Any]


async def ask(app: App, text: str) -> dict[str, Any]:
    call = Invocation(member=app.operator, place=app.home, arguments=("ask", text), asks_back=False)
    data: dict[str, Any] = (await app.dispatch(call, Silent())).data
    return data


async def revision_text(app: App, number: int) -> str:
    call = Invocation(
        member=app.operator, place=app.home, arguments=("articles", "text", str(number)), from_shell=True
    )
    shown = await app.dispatch(call, Silent())
    assert shown.verbatim is not None
    return shown.verbatim


@pytest.mark.timeout(240)
async def test_two_hundred_questions_are_answered_or_refused_as_they_should_be(tmp_path: Path) -> None:
    async with opened(Settings(data=tmp_path / "data"), platform="shell") as app:
        answers = [Answered(question, await ask(app, question["question"])) for question in QUESTIONS]
        sources = [source for one in answers for source in one.data["sources"] + one.data.get("nearest", [])]
        texts = {number: await revision_text(app, number) for number in {s["revision"] for s in sources}}
    assert len(answers) == 200
    for source in sources:
        assert texts[source["revision"]][source["start"] : source["end"]] == source["quote"]
        assert source["status"] == "VERIFIED"
        assert len(source["quote"].split()) <= 40
    on_topic = [one for one in answers if one.question["about"]]
    off_topic = [one for one in answers if not one.question["about"]]
    assert (len(on_topic), len(off_topic)) == (160, 40)
    refused = [one.question["question"] for one in on_topic if not one.data["answered"]]
    invented = [one.question["question"] for one in off_topic if one.data["answered"]]
    assert len(refused) <= 10, refused
    assert len(invented) <= 4, invented
