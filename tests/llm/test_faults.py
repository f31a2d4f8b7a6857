"""Every fault of the model server's connections, met through the real client over a real socket."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.llm.errors import (
    BadRequest,
    ConnectFailed,
    EmptyCompletion,
    Overloaded,
    ProtocolError,
    StreamInterrupted,
    TookTooLong,
)
from tests.fakes.model_server import FAULTS, FakeModelServer
from tests.llm.asking import QUICK, asked, client_of, hear
from tests.llm.expected import Expected, R, check

_SAME = Expected()
_TRIED: dict[str, Any] = {"requests": 3, "notices": (R, R)}
_CUT = Expected(error=StreamInterrupted, says="broke off", partial=True)
_EMPTY = Expected(error=EmptyCompletion, says="answered nothing", requests=2, notices=(R,))
_SILENT = Expected(error=TookTooLong, says="did not begin to answer in time")
_HUNG_UP = Expected(error=ConnectFailed, says="hung up without an answer", **_TRIED)

EXPECTED = {
    "never-answers": _SILENT,
    "headers-then-nothing": _SILENT,
    "some-text-then-nothing": Expected(error=StreamInterrupted, says="stopped in mid-answer", partial=True),
    "open-after-the-last-chunk": _SAME,
    "slow-to-start": replace(_SAME, server={"wait_s": 0.05}),
    "closes-without-a-word": _HUNG_UP,
    "resets-without-a-word": _HUNG_UP,
    "dies-with-a-reset": _CUT,
    "dies-with-a-close": _CUT,
    "ends-early-and-clean": _CUT,
    "fails-every-third-call": _SAME,
    "redirects-to-another-host": Expected(error=BadRequest, says="I do not follow with the key"),
    "html-with-200": Expected(error=BadRequest, says="There is no OpenAI-compatible API at"),
    "html-with-502": Expected(error=Overloaded, says="cannot answer now", **_TRIED),
    "empty-body": _EMPTY,
    "no-events": _EMPTY,
    "a-line-of-a-megabyte": Expected(error=ProtocolError, says="that I cannot read", **_TRIED),
    "json-cut-short": Expected(
        error=ProtocolError, says="that I cannot read", endpoint={"stream": False}, **_TRIED
    ),
    "byte-by-byte": _SAME,
    "chunks-of-one-byte": _SAME,
    "all-in-one-burst": _SAME,
    "characters-split-over-writes": _SAME,
    "events-split-in-the-middle": _SAME,
}
HURRIED: dict[str, dict[str, float]] = {
    "never-answers": {"first_s": 0.1, "lookup_s": 0.1},
    "headers-then-nothing": {"first_s": 0.1},
    "some-text-then-nothing": {"progress_s": 0.1},
}
"""Where something that does not come is waited for."""
APART = {"text-that-is-no-utf-8"}
"""Has tests of its own, as the text is not quite the same."""


def test_no_fault_that_the_server_plays_is_left_out() -> None:
    assert EXPECTED.keys() | APART == FAULTS.keys()


@pytest.mark.parametrize("name", [pytest.param(name, id=f"fault-{name}") for name in EXPECTED])
async def test_a_fault_comes_out_as_it_should(name: str) -> None:
    expected = EXPECTED[name]
    patience = replace(QUICK, **HURRIED.get(name, {}))
    async with (
        expected.serving(name) as server,
        client_of(server, patience=patience, **expected.endpoint) as client,
    ):
        await check(expected, server, client)
        await server.until(lambda: not server.at_work)


@pytest.mark.parametrize("name", ["byte-by-byte", "characters-split-over-writes", "chunks-of-one-byte"])
async def test_characters_that_arrive_in_pieces_stay_whole(name: str) -> None:
    said = "„Größe“ — 中文, русский, 🙂 and\u2028a line of its own."
    async with (
        FakeModelServer(quirks=[name], author=lambda messages, body: said) as server,
        client_of(server) as client,
    ):
        heard = await hear(client, asked())
    assert heard.text == said


async def test_bytes_that_are_no_text_cost_only_themselves() -> None:
    async with FakeModelServer(quirks=["text-that-is-no-utf-8"]) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert "\ufffd" in heard.text
    last = server.calls[0].body
    assert heard.text.replace("\ufffd", "") == server.author(last["messages"], last)
