"""Measures the model client against the `openai` package, in one run, one after the other.

`python -m benchmarks.client` tells what a streamed answer costs its reader, how long the first word is on its
way, and what loading the client costs. The server is a process of its own; what counts is CPU time of this
one and the ratio, as a busy machine is equally busy for both.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter, process_time
from unittest.mock import patch

from anyio._backends._asyncio import StreamProtocol

from benchmarks.canned import words
from benchmarks.clients import OpenAI, Raw, Rostrum

CHUNKS = 1000
ROUNDS, IMPORTS, FIRST_TOKENS = 7, 15, 200
IMPORTED = {
    "bare Python": "",
    Rostrum.name: "import bot.llm.client, bot.llm.http",
    OpenAI.name: "import openai",
}
# The bot is installed without click, for whose sake httpx loads a command line that nobody asks for.
_WITHOUT_CLICK = "import sys; sys.modules['click'] = None\n"

Contestant = Rostrum | OpenAI | Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Figures by contestant, and what is wanted: a share of openai's, or so much above the bare socket's."""

    name: str
    figures: dict[str, float]
    share: float | None = None
    above: float | None = None

    @property
    def ratio(self) -> float:
        """The client's share of what openai takes."""
        return self.figures[Rostrum.name] / self.figures[OpenAI.name]

    @property
    def is_met(self) -> bool:
        """Whether it is as was wanted."""
        if self.share is not None:
            return self.ratio <= self.share
        return self.above is None or self.figures[Rostrum.name] - self.figures[Raw.name] <= self.above


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The model client against openai.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    asked = parser.parse_args()
    with _serving() as base_url:
        measures = [*asyncio.run(_streaming(base_url)), _importing()]
    if asked.json:
        json.dump([_as_data(each) for each in measures], sys.stdout, indent=2)
        print()
    else:
        print(table(measures))


@contextmanager
def _serving() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.canned"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        finally:
            server.terminate()


async def _streaming(base_url: str) -> list[Measure]:
    ours, theirs, raw = Rostrum(base_url), OpenAI(base_url), Raw(base_url)
    burst, paced = f"burst-{CHUNKS}", f"paced-{CHUNKS}"
    measures = [
        Measure(name="burst: CPU ms", figures=await _cpu_ms([ours, theirs], burst), share=1 / 5),
        Measure(name="burst: reads", figures=await _reads([ours, theirs], burst)),
        Measure(name="one chunk a read: CPU ms", figures=await _cpu_ms([ours, theirs], paced), share=3 / 4),
        Measure(name="one chunk a read: reads", figures=await _reads([ours, theirs], paced)),
        Measure(name="first token: ms", figures=await _first_token_ms([ours, theirs, raw]), above=5.0),
    ]
    for each in (ours, theirs, raw):
        await each.close()
    return measures


async def _cpu_ms(contestants: Sequence[Contestant], model: str) -> dict[str, float]:
    """CPU milliseconds for an answer; the first round, in which much is loaded, does not count."""
    taken: dict[str, list[float]] = {each.name: [] for each in contestants}
    for _ in range(ROUNDS + 1):
        for each in contestants:
            stream = await each.prepared(model)
            gc.collect()
            begun = process_time()
            said = [piece async for piece in stream]
            taken[each.name].append((process_time() - begun) * 1000)
            assert "".join(said) == "".join(words(CHUNKS))
    return {name: median(ms[1:]) for name, ms in taken.items()}


async def _reads(contestants: Sequence[Contestant], model: str) -> dict[str, float]:
    """How often bytes came from the socket; both clients stand on anyio, whose protocol is watched."""
    counted: dict[str, float] = {}
    receive = StreamProtocol.data_received
    for each in contestants:
        reads: list[int] = []

        def received(protocol: StreamProtocol, data: bytes, reads: list[int] = reads) -> None:
            reads.append(len(data))
            receive(protocol, data)

        stream = await each.prepared(model)
        with patch.object(StreamProtocol, "data_received", received):
            async for _ in stream:
                pass
        counted[each.name] = len(reads)
    return counted


async def _first_token_ms(contestants: Sequence[Contestant]) -> dict[str, float]:
    """Milliseconds until the first piece of text, on connections that are there already."""
    taken: dict[str, list[float]] = {each.name: [] for each in contestants}
    for _ in range(FIRST_TOKENS + 5):
        for each in contestants:
            stream = await each.prepared("paced-3")
            taken[each.name].append(await _until_first(stream))
    return {name: median(ms[5:]) for name, ms in taken.items()}


async def _until_first(stream: AsyncIterator[str]) -> float:
    begun = perf_counter()
    await anext(stream)
    ms = (perf_counter() - begun) * 1000
    async for _ in stream:
        pass
    return ms


def _importing() -> Measure:
    """CPU milliseconds of a new interpreter, less those of one that imports nothing."""
    taken: dict[str, list[float]] = {name: [] for name in IMPORTED}
    with tempfile.TemporaryDirectory() as compiled:
        for _ in range(IMPORTS + 1):
            for name, code in IMPORTED.items():
                taken[name].append(_cpu_ms_of(code, compiled))
    ms = {name: median(each[1:]) for name, each in taken.items()}
    bare = ms.pop("bare Python")
    return Measure(name="import: CPU ms", figures={name: own - bare for name, own in ms.items()}, share=1 / 4)


def _cpu_ms_of(code: str, compiled: str) -> float:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = getrusage(RUSAGE_CHILDREN)
    command = [sys.executable, "-c", _WITHOUT_CLICK + code]
    subprocess.run(command, check=True, env={**kept, "PYTHONPYCACHEPREFIX": compiled})
    after = getrusage(RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def _as_data(measure: Measure) -> dict[str, object]:
    data: dict[str, object] = {"name": measure.name, **measure.figures, "ratio": measure.ratio}
    if measure.share is not None:
        data |= {"wanted_ratio": measure.share, "is_met": measure.is_met}
    if measure.above is not None:
        data |= {"wanted_above_socket_ms": measure.above, "is_met": measure.is_met}
    return data


def table(measures: Sequence[Measure]) -> str:
    """The figures as lines of text."""
    names = [Rostrum.name, OpenAI.name, Raw.name]
    heads = [*names, "ratio", "wanted", ""]
    lines = [f"{CHUNKS:,} chunks", " " * 28 + "".join(f"{head:>12}" for head in heads)]
    for each in measures:
        cells = [f"{each.figures[name]:,.2f}" if name in each.figures else "" for name in names]
        cells.append(f"{each.ratio:.3f}")
        if each.share is not None or each.above is not None:
            cells.append(f"{each.share:.3f}" if each.share is not None else f"+{each.above} ms")
            cells.append("met" if each.is_met else "missed")
        lines.append(f"{each.name:<28}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
