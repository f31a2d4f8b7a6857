"""Event streams come apart the same wherever the network cut them, and nothing they do fills the memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.llm import sse
from bot.llm.sse import EventStream, Overlong

STREAMS = Path(__file__).parent.parent / "data" / "streams"
FILES = sorted(STREAMS.glob("*.bin"))
SMALL = 2**16
NO_ENDS = "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg"

Events = list[tuple[str, str]]


def events(pieces: Iterable[bytes]) -> Events:
    stream = EventStream()
    got = [event for piece in pieces for event in stream.feed(piece)]
    return got + stream.end()


def data(*pieces: bytes) -> list[str]:
    return [text for _, text in events(pieces)]


def cut(whole: bytes, places: Iterable[int]) -> list[bytes]:
    at = [0, *sorted(place % (len(whole) + 1) for place in places), len(whole)]
    return [whole[start:end] for start, end in pairwise(at)]


def single(whole: bytes) -> list[bytes]:
    return [whole[at : at + 1] for at in range(len(whole))]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sse, "LARGEST", SMALL)
    return SMALL


# What streams say.


def test_there_are_recorded_streams() -> None:
    assert FILES
    assert all(file.with_suffix(".json").is_file() for file in FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recorded_stream_says_the_same_for_every_single_cut(file: Path) -> None:
    whole, said = file.read_bytes(), json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert data(whole) == said
    assert data(*single(whole)) == said
    for at in range(len(whole)):
        assert data(whole[:at], whole[at:]) == said


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@given(places=st.lists(st.integers(min_value=0), max_size=40))
def test_a_recorded_stream_says_the_same_for_many_cuts(file: Path, places: list[int]) -> None:
    whole, said = file.read_bytes(), json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert data(*cut(whole, places)) == said


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        pytest.param(b"data: 1\n\ndata: 2\n\n", ["1", "2"], id="plain"),
        pytest.param(b"data: 1\r\n\r\ndata: 2\r\n\r\n", ["1", "2"], id="crlf"),
        pytest.param(b"data: 1\r\rdata: 2\r\r", ["1", "2"], id="cr"),
        pytest.param(b"data:1\n\ndata:  2\n\n", ["1", " 2"], id="one space at most is no data"),
        pytest.param(b"data: {\ndata: }\n\n", ["{\n}"], id="several lines of one event"),
        pytest.param(b"data: 1\n\ndata: 2\n", ["1", "2"], id="no blank line at the end"),
        pytest.param(b"data: 1\n\ndata: 2", ["1", "2"], id="no line end at the end"),
        pytest.param(b"data: {}\ndata: {}\ndata: [DONE]\n", ["{}", "{}", "[DONE]"], id="no blank lines"),
        pytest.param(b"data: [DONE]\ndata: {}\n", ["[DONE]", "{}"], id="no blank line after the end"),
        pytest.param(b'{"error":"x"}\n', ['{"error":"x"}'], id="bare JSON"),
        pytest.param(b'data: {}\n{"error":"x"}', ["{}", '{"error":"x"}'], id="bare JSON behind an event"),
        pytest.param(b"\xef\xbb\xbfdata: 1\n\n", ["1"], id="byte order mark"),
        pytest.param(b"data: 1\n\n\xef\xbb\xbfdata: 2\n\n", ["1"], id="a later mark is no mark"),
        pytest.param(b": ping\n\n: ping\ndata: 1\n: ping\n\n", ["1"], id="comments"),
        pytest.param(b"id: 7\nretry: 9\ndata: 1\nanything\n\n", ["1"], id="other fields"),
        pytest.param(b"data:\n\ndata: \n\ndata: 1\n\n", ["1"], id="empty events"),
        pytest.param(b"data:\ndata: \ndata:   \n\ndata: 1\n\n", ["1"], id="an event of empty lines"),
        pytest.param(b"data: {}\ndata:\ndata: {}\n\n", ["{}\n", "{}"], id="an empty line between events"),
        pytest.param(f"data: {NO_ENDS}\n\n".encode(), [NO_ENDS], id="what ends lines elsewhere"),
        pytest.param(b"data: a\xff\xe2\x82\n\n", ["a��"], id="broken UTF-8"),
        pytest.param(b"data: a\xe2\x82", ["a�"], id="a character cut off at the end"),
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"\n\r\n\r", [], id="only line ends"),
    ],
)  # fmt: skip
def test_sloppy_streams_say_what_they_mean_for_every_cut(stream: bytes, said: list[str]) -> None:
    assert data(stream) == said
    assert data(*single(stream)) == said
    for at in range(len(stream)):
        assert data(stream[:at], stream[at:]) == said
        assert data(stream[:at], b"", stream[at:]) == said


def test_an_event_has_a_name_of_its_own() -> None:
    stream = b"data: {}\n\nevent: error\ndata: {}\n\ndata: 2\n\nevent:ping\n\ndata: 3\n\n"
    assert events([stream]) == events(single(stream)) == [("", "{}"), ("error", "{}"), ("", "2"), ("", "3")]


def test_events_are_given_as_soon_as_they_are_complete() -> None:
    stream = EventStream()
    assert stream.feed(b"data: 1\n") == []
    assert stream.feed(b"\nda") == [("", "1")]
    assert stream.feed(b"ta: 2\r") == []
    assert stream.feed(b"\n\r") == [("", "2")]
    assert stream.end() == []


INNER = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
VALUES = st.lists(INNER, max_size=3) | st.dictionaries(st.text(), INNER, max_size=3)


@st.composite
def sloppy(draw: st.DrawFn) -> tuple[list[str], bytes]:
    """The data of some events, and a stream of them as a server of little care may write it."""
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    said, lines = [], []
    for value in draw(st.lists(VALUES, max_size=6)):
        indent = draw(st.sampled_from([None, 1]))
        text = json.dumps(value, ensure_ascii=draw(st.booleans()), indent=indent)
        said.append(text.encode("utf-8", "replace").decode())
        lines += draw(st.lists(st.sampled_from([": ping", "retry: 5", "id: 1"]), max_size=2))
        bare = indent is None and draw(st.booleans())
        lines += [said[-1]] if bare else [f"data: {line}" for line in said[-1].split("\n")]
        if draw(st.booleans()):
            lines.append("")
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    end = newline if draw(st.booleans()) else ""
    return said, mark + (newline.join(lines) + end).encode()


@given(sloppy(), st.lists(st.integers(min_value=0), max_size=12))
def test_no_event_of_a_sloppy_stream_is_lost(stream: tuple[list[str], bytes], places: list[int]) -> None:
    said, whole = stream
    assert data(*cut(whole, places)) == said


BITS = st.sampled_from(
    [b"data:", b"data: ", b"event:", b": ", b"\n", b"\r", b"\r\n", b"\n\n", b"\xef\xbb\xbf", b"{", b"}",
     b"[DONE]", b"[", b"{}", b"\xff", b"\x00", b"\xe2\x80\xa8", b"[" * 2000, b"1" * 5000]
)  # fmt: skip


@given(
    st.lists(BITS | st.binary(max_size=8), max_size=40).map(b"".join),
    st.lists(st.integers(min_value=0), max_size=12),
)
def test_any_bytes_say_the_same_for_every_cut_and_raise_nothing(whole: bytes, places: list[int]) -> None:
    assert events(cut(whole, places)) == events([whole])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(BITS | st.binary(max_size=8), max_size=40).map(b"".join),
    st.lists(st.integers(min_value=0), max_size=12),
)
def test_whether_it_is_too_long_does_not_depend_on_the_cuts(
    monkeypatch: pytest.MonkeyPatch, whole: bytes, places: list[int]
) -> None:
    monkeypatch.setattr(sse, "LARGEST", 24)

    def outcome(pieces: list[bytes]) -> Events | None:
        try:
            return events(pieces)
        except Overlong:
            return None

    assert outcome(cut(whole, places)) == outcome([whole])


# What they may take.


def fed_until_too_long(piece: bytes) -> tuple[int, int]:
    """Bytes that were fed before it was too much, and the memory that was taken at most, far beyond that."""
    stream = EventStream()
    fed = 0
    tracemalloc.start()
    try:
        with suppress(Overlong):
            while fed < 20 * SMALL:
                stream.feed(piece)
                fed += len(piece)
        for _ in range(200):  # whoever goes on regardless gets no further
            with pytest.raises(Overlong):
                stream.feed(piece * (1000 // len(piece)))
        return fed, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_an_endless_line_is_too_long_however_small_its_pieces(small: int, size: int) -> None:
    fed, peak = fed_until_too_long(b"x" * size)
    assert small - size < fed <= small
    assert peak < 4 * small


def test_an_endless_event_is_too_long_though_its_lines_are_short(small: int) -> None:
    fed, peak = fed_until_too_long(b"data: xy\n")
    assert fed < 4 * small
    assert peak < 4 * small


def test_an_endless_event_of_empty_lines_is_too_long(small: int) -> None:
    stream = EventStream()
    stream.feed(b"data: {\n")
    with pytest.raises(Overlong):
        stream.feed(b"data:\n" * small)
    assert data(b"data:\n" * small) == []


def test_a_line_that_comes_at_once_may_not_be_longer_than_one_that_drips(small: int) -> None:
    largest = b":" * small + b"\n"
    assert data(largest) == []
    with pytest.raises(Overlong):
        data(b":" + largest)
    with pytest.raises(Overlong):
        data(b":" * small, b":\n")
    with pytest.raises(Overlong):
        data(b"data: 1\n\n", b":" + largest[:-1])


def test_an_event_may_be_as_long_as_the_longest_line(small: int) -> None:
    text = "x" * (small - len("data: "))
    assert data(f"data: {text}\n\n".encode()) == [text]
    half = "x" * (small // 2 - 1)
    assert data(f"data: {half}\ndata: {half}\n\n".encode()) == [f"{half}\n{half}"]
    with pytest.raises(Overlong):
        data(f"data: {half}\ndata: {half}xx\n\n".encode())


def test_signs_of_life_may_come_for_ever(small: int) -> None:
    stream = EventStream()
    tracemalloc.start()
    try:
        for _ in range(small // 8):
            assert stream.feed(b": keep-alive\n\nevent: ping\n\ndata:\n") == []
            assert stream.feed(b"") == []
        assert tracemalloc.get_traced_memory()[1] < small // 2
    finally:
        tracemalloc.stop()


class Counting(bytearray):
    """A buffer that counts the bytes that are added to it or read from it."""

    copied = 0

    def __iadd__(self, other: Any) -> Counting:
        Counting.copied += len(other)
        super().__iadd__(other)
        return self

    def __bytes__(self) -> bytes:
        Counting.copied += len(self)
        return bytes(memoryview(self))


def _counted(name: str) -> Callable[..., Any]:
    method = getattr(bytearray, name)

    def counting(self: Counting, *given: Any) -> Any:
        Counting.copied += len(self)
        made = method(self, *given)
        return Counting(made) if isinstance(made, bytearray) else made

    return counting


for _name in (
    "__add__", "__contains__", "__eq__", "__getitem__", "copy", "count", "decode", "endswith", "find",
    "index", "isspace", "join", "lstrip", "partition", "removeprefix", "replace", "rstrip", "split",
    "splitlines", "startswith", "strip",
):  # fmt: skip
    setattr(Counting, _name, _counted(_name))


@pytest.mark.parametrize(
    ("line", "size"),
    [(b"x", 2**20), (b"data: xy\n", 2**18), (b"data: {\n", 2**18), (b"data:\n", 2**16),
     (b"data: {}\n", 2**16), (b'data: {"choices":[]}\n\n', 2**16), (b"{\n", 2**16), (b"\r\n", 2**16)],
)  # fmt: skip
def test_a_long_stream_takes_no_more_work_for_a_byte_than_a_short_one(
    monkeypatch: pytest.MonkeyPatch, line: bytes, size: int
) -> None:
    monkeypatch.setattr(sse, "bytearray", Counting, raising=False)

    def work(size: int) -> float:
        Counting.copied = 0
        whole = line * (size // len(line))
        events(single(whole))
        return Counting.copied / len(whole)

    much = work(size)
    assert much <= 8
    assert much <= work(2**12) * 1.2
