"""Sixty claims about the library that ships, checked with a model and without."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bot.app import App, opened
from bot.chat.invocation import Invocation
from bot.endpoint import Endpoint
from bot.settings import Settings
from tests.fakes.author import Author, grounded
from tests.fakes.model_server import FakeModelServer
from tests.fakes.reading import task_of
from tests.screens import Silent

CLAIMS: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "claims.jsonl").read_text().splitlines()
]
VERDICTS = ("supported", "contradicted", "mixed", "not covered")


async def check(app: App, claim: str) -> dict[str, Any]:
    call = Invocation(member=app.operator, place=app.home, arguments=("check", claim), asks_back=False)
    data: dict[str, Any] = (await app.dispatch(call, Silent())).data
    return data


async def text_of(app: App, revision: int) -> str:
    call = Invocation(
        member=app.operator, place=app.home, arguments=("articles", "text", str(revision)), from_shell=True
    )
    shown = (await app.dispatch(call, Silent())).verbatim
    assert shown is not None
    return shown


def table(matrix: Counter[tuple[str, str]], columns: tuple[str, ...]) -> str:
    """What was expected in rows, what came out in columns."""
    lines = [f"{'':<14}" + "".join(f"{column:>14}" for column in columns)]
    for verdict in VERDICTS:
        cells = "".join(f"{matrix[verdict, column]:>14}" for column in columns)
        lines.append(f"{verdict:<14}{cells}")
    return "\n".join(lines)


def knowing(messages: list[dict[str, Any]], body: dict[str, Any]) -> str:
    """A reader that overlooks nothing: it lists what it was given of the evidence that people found."""
    task = task_of(messages)
    claim = next(one for one in CLAIMS if " ".join(one["claim"].split()) == task.asked)
    given = {source.n: " ".join(source.text.split()) for source in task.sources}
    found = [
        {"n": n, "quote": evidence["quote"], "says": evidence["says"]}
        for evidence in claim["evidence"]
        for n, text in given.items()
        if evidence["quote"] in text
    ]
    return json.dumps({"evidence": found})


async def judged(folder: Path, author: Author) -> Counter[tuple[str, str]]:
    """How often each verdict was given where each was due; every quotation stands in its article."""
    matrix: Counter[tuple[str, str]] = Counter()
    async with FakeModelServer(author=author) as server:
        endpoint = Endpoint(name="default", base_url=server.base_url, model="small-model", window=8192)
        settings = Settings(data=folder, endpoints=(endpoint,), member_tokens=None, community_tokens=None)
        async with opened(settings, platform="shell") as app:
            for claim in CLAIMS:
                found = await check(app, claim["claim"])
                matrix[claim["verdict"], found["verdict"]] += 1
                for one in found["evidence"]:
                    text = await text_of(app, one["revision"])
                    assert text[one["start"] : one["end"]] == one["quote"]
                    assert len(one["quote"].split()) <= 40
                assert len(found["evidence"]) <= 4
    return matrix


def right(matrix: Counter[tuple[str, str]]) -> int:
    return sum(matrix[verdict, verdict] for verdict in VERDICTS)


async def test_with_a_model_that_overlooks_nothing_nearly_every_verdict_is_right(tmp_path: Path) -> None:
    matrix = await judged(tmp_path, knowing)
    shown = table(matrix, VERDICTS)
    sys.stdout.write(f"a reader that overlooks nothing\n{shown}\n")
    assert right(matrix) >= 52, shown
    assert not matrix["contradicted", "supported"] + matrix["supported", "contradicted"], shown


async def test_with_a_model_of_modest_gifts_few_verdicts_are_turned_round(tmp_path: Path) -> None:
    matrix = await judged(tmp_path, grounded)
    shown = table(matrix, VERDICTS)
    sys.stdout.write(f"a reader of modest gifts\n{shown}\n")
    assert right(matrix) >= 36, shown
    assert matrix["contradicted", "supported"] + matrix["supported", "contradicted"] <= 3, shown
    assert matrix["not covered", "not covered"] >= 12, shown


async def test_without_a_model_related_passages_are_shown_or_none(tmp_path: Path) -> None:
    matrix: Counter[tuple[str, str]] = Counter()
    settings = Settings(data=tmp_path, discover=False)
    async with opened(settings, platform="shell") as app:
        for claim in CLAIMS:
            found = await check(app, claim["claim"])
            kind = "related" if found["verdict"] is None else found["verdict"]
            matrix[claim["verdict"], kind] += 1
            for one in found.get("related", []):
                text = await text_of(app, one["revision"])
                assert text[one["start"] : one["end"]] == one["quote"]
    shown = table(matrix, ("related", "not covered"))
    sys.stdout.write(f"{shown}\n")
    spoken_of = sum(matrix[verdict, "related"] for verdict in VERDICTS[:3])
    assert spoken_of >= 40, shown
    assert matrix["not covered", "not covered"] >= 5, shown
