"""The corpus of event streams: its files are what the generator writes, and say what the standard would."""

from __future__ import annotations

import json
import re

import pytest

from tests.fakes.corpus import DONE, STREAMS, corpus

CORPUS = corpus()


def decoded(body: bytes) -> list[str]:
    """The data of a whole body's events, plainly and slowly."""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    events: list[str] = []
    lines: list[str] = []
    for line in [*re.split("\r\n|\n|\r", text), ""]:
        if line and not line.startswith(("data", "{")):
            continue
        data = line if line.startswith("{") else re.sub("^data:? ?", "", line)
        if lines and (not line or whole("\n".join(lines))):
            events.append("\n".join(lines))
            lines = []
        if line:
            lines.append(data)
    return [each for each in events if each.strip()]


def whole(text: str) -> bool:
    if text == DONE:
        return True
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_each_body_says_what_stands_beside_it(name: str) -> None:
    body, expected = CORPUS[name]
    assert decoded(body) == list(expected)


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_the_files_are_those_of_the_generator(name: str) -> None:
    body, expected = CORPUS[name]
    assert (STREAMS / f"{name}.bin").read_bytes() == body
    assert json.loads((STREAMS / f"{name}.json").read_text(encoding="ascii")) == list(expected)


def test_there_are_no_other_files() -> None:
    files = {file.name for file in STREAMS.iterdir()}
    assert files == {f"{name}.{kind}" for name in CORPUS for kind in ("bin", "json")}
