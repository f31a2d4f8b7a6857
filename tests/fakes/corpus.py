"""Writes tests/data/streams: event streams as servers send them, with the data that a right decoder reads.

    python -m tests.fakes.corpus        # writes the files anew

Each `NAME.bin` is a body, each `NAME.json` the list of its events' data, in order. Comments and events
without data give none. `data:` lines that no blank line parts are one event, joined by line feeds, unless
what came before is a whole JSON value or [DONE] already: then the next line begins an event. A line that
begins with a brace and has no field name is data. What stands behind the last line end counts, too.
Bytes that are no UTF-8 are read as U+FFFD, each malformed sequence as one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.fakes.quirks.thoughts import THOUGHT
from tests.fakes.writing import bare_chunk, chunk, compact

STREAMS = Path(__file__).parents[1] / "data" / "streams"
"""Where the files are."""

DONE = "[DONE]"
Expected = Sequence[str]


def _delta(text: str, **more: str) -> str:
    return compact(chunk("small-model", {"content": text, **more}))


_ROLE = compact(chunk("small-model", {"role": "assistant", "content": ""}))
_ONE, _TWO = _delta("The bridge"), _delta(" was opened in 1911 [1].")
_STOP = compact(chunk("small-model", {}, "stop"))
_USAGE = {"prompt_tokens": 31, "completion_tokens": 9, "total_tokens": 40}
_USED = compact(bare_chunk("small-model", usage=_USAGE))
_ALL = [_ROLE, _ONE, _TWO, _STOP, DONE]
_ERROR = compact({"error": {"message": "The upstream provider failed.", "code": 502}})


def _lines(data: Expected, *, end: str = "\n", field: str = "data: ", gap: str = "") -> bytes:
    """Events, each with a blank line behind it; `gap` stands between them."""
    return gap.join(f"{field}{each}{end}{end}" for each in data).encode()


def _spread(value: dict[str, object]) -> str:
    """JSON over several lines."""
    return json.dumps(value, ensure_ascii=False, indent=1)


def _as_data(text: str) -> bytes:
    """Text of several lines as one event."""
    return "".join(f"data: {line}\n" for line in text.split("\n")).encode() + b"\n"


def _line_ends() -> dict[str, tuple[bytes, Expected]]:
    mixed = f"data: {_ROLE}\r\n\r\ndata: {_ONE}\n\ndata: {_TWO}\r\rdata: {_STOP}\r\n\ndata: {DONE}\n\r\n"
    return {
        "plain": (_lines(_ALL), _ALL),
        "crlf": (_lines(_ALL, end="\r\n"), _ALL),
        "cr": (_lines(_ALL, end="\r"), _ALL),
        "line-ends-mixed": (mixed.encode(), _ALL),
        "blank-lines-many": (b"\n\n\n" + _lines(_ALL, gap="\n\n\n"), _ALL),
        "bom": (b"\xef\xbb\xbf" + _lines(_ALL), _ALL),
        "bom-with-crlf": (b"\xef\xbb\xbf" + _lines(_ALL, end="\r\n"), _ALL),
        "no-blank-lines": ("".join(f"data: {each}\n" for each in _ALL).encode(), _ALL),
        "no-blank-lines-crlf": ("".join(f"data: {each}\r\n" for each in _ALL).encode(), _ALL),
        "no-blank-line-before-done": (_lines(_ALL[:-2]) + f"data: {_STOP}\ndata: {DONE}\n\n".encode(), _ALL),
        "no-blank-line-at-the-end": (_lines(_ALL)[:-1], _ALL),
        "unterminated": (_lines(_ALL)[:-2], _ALL),
        "unterminated-without-done": (_lines(_ALL[:-1])[:-2], _ALL[:-1]),
        "unterminated-crlf": (_lines(_ALL, end="\r\n")[:-4], _ALL),
        "no-done": (_lines(_ALL[:-1]), _ALL[:-1]),
        "cut-in-mid-json": (_lines(_ALL[:2]) + f"data: {_TWO[:60]}".encode(), [*_ALL[:2], _TWO[:60]]),
        "empty": (b"", []),
        "only-done": (_lines([DONE]), [DONE]),
    }


def _fields() -> dict[str, tuple[bytes, Expected]]:
    comments = f": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: {_ROLE}\n\n:\n\ndata: {_ONE}\n\n"
    within = f"data: {_ONE}\n: keep-alive\n\n: keep-alive\ndata: {_TWO}\n\n"
    numbered = "".join(
        f"id: {n}\nevent: message\nretry: 3000\ndata: {each}\n\n" for n, each in enumerate(_ALL)
    )
    return {
        "comments": (comments.encode() + _lines([_TWO, _STOP, DONE], gap=": ping\n\n"), _ALL),
        "comments-inside-events": (within.encode() + _lines([DONE]), [_ONE, _TWO, DONE]),
        "only-comments": (b": keep-alive\n\n" * 40, []),
        "no-space-after-the-colon": (_lines(_ALL, field="data:"), _ALL),
        "two-spaces-after-the-colon": (_lines(["x"], field="data:  ") + _lines([DONE]), [" x", DONE]),
        "id-event-and-retry": (numbered.encode(), _ALL),
        "fields-without-data": (b"event: ping\n\nid: 7\n\nretry: 10\n\n" + _lines(_ALL), _ALL),
        "unknown-fields": (f"x-note: hi\ndata: {_ONE}\nnothing\n\n".encode() + _lines([DONE]), [_ONE, DONE]),
        "event-error": (_lines([_ONE]) + f"event: error\ndata: {_ERROR}\n\n".encode(), [_ONE, _ERROR]),
        "error-in-the-middle": (_lines([_ROLE, _ONE, _ERROR]), [_ROLE, _ONE, _ERROR]),
        "empty-data": (f"data: {_ONE}\n\ndata:\n\ndata: \n\ndata\n\ndata: {DONE}\n\n".encode(), [_ONE, DONE]),
        "usage-last": (_lines([*_ALL[:-1], _USED, DONE]), [*_ALL[:-1], _USED, DONE]),
        "done-twice": (_lines([*_ALL, DONE]), [*_ALL, DONE]),
        "text-after-done": (_lines([*_ALL, _USED]), [*_ALL, _USED]),
    }


def _json_bodies() -> dict[str, tuple[bytes, Expected]]:
    spread, two = _spread(chunk("small-model", {"content": "over lines"})), f"{_ONE}\n{_TWO}"
    bare = compact({"code": 429, "message": "Too many requests."})
    return {
        "data-over-several-lines": (_as_data(spread) + _lines([_STOP, DONE]), [spread, _STOP, DONE]),
        "text-over-several-lines": (
            b"data: first\ndata: second\n\n" + _lines([DONE]),
            ["first\nsecond", DONE],
        ),
        "two-values-without-a-blank-line": (_as_data(two) + _lines([DONE]), [_ONE, _TWO, DONE]),
        "spread-then-whole-without-a-blank-line": (
            _as_data(spread)[:-1] + _lines([_TWO, DONE]),
            [spread, _TWO, DONE],
        ),
        "bare-json-lines": ("".join(f"{each}\n" for each in _ALL[:-1]).encode(), _ALL[:-1]),
        "bare-json-with-blank-lines": ("".join(f"{each}\n\n" for each in _ALL[:-1]).encode(), _ALL[:-1]),
        "bare-error-amid-events": (_lines(_ALL[:2]) + f"{bare}\n\n".encode(), [*_ALL[:2], bare]),
        "bare-error-alone": (bare.encode(), [bare]),
        "bare-error-right-behind-an-event": (f"data: {_ONE}\n{bare}\n\n".encode(), [_ONE, bare]),
    }


def _letters() -> dict[str, tuple[bytes, Expected]]:
    separators = [_delta(f"a{mark}b") for mark in ("\u2028", "\u2029", "\u0085")]
    family, flag = _delta("👩‍👩‍👧‍👦 and 🏳️‍🌈"), _delta("🇩🇪é")
    escaped = json.dumps(json.loads(_delta("👍 “ja” — 質問")), ensure_ascii=True)
    halves = [rf'{{"choices":[{{"delta":{{"content":"{half}"}}}}]}}' for half in (r"\ud83d", r"\udc4d")]
    broken = b'data: {"choices":[{"index":0,"delta":{"content":"caf\xe9 \xff \xe2\x82"}}]}\n\n'
    read = '{"choices":[{"index":0,"delta":{"content":"caf\ufffd \ufffd \ufffd"}}]}'
    scripts = [
        _delta(text) for text in ("Größe", "質問に答える", "Ответ", "الجواب", "คำตอบ", "उत्तर", "한국어")
    ]
    long = _delta("word " * 14_000)
    thought = [compact(chunk("small-model", {"reasoning_content": THOUGHT})), *_ALL]
    return {
        "line-separators-in-strings": (_lines([*separators, DONE]), [*separators, DONE]),
        "line-separators-in-strings-crlf": (_lines([*separators, DONE], end="\r\n"), [*separators, DONE]),
        "emoji": (_lines([family, flag, DONE]), [family, flag, DONE]),
        "emoji-escaped": (_lines([escaped, DONE]), [escaped, DONE]),
        "surrogates-in-two-events": (_lines([*halves, DONE]), [*halves, DONE]),
        "no-utf-8": (broken + _lines([DONE]), [read, DONE]),
        "scripts-of-the-world": (_lines([*scripts, DONE]), [*scripts, DONE]),
        "a-long-line": (_lines([long, _STOP, DONE]), [long, _STOP, DONE]),
        "reasoning": (_lines(thought), thought),
        "nul-and-tabs": (_lines(['{"a":"\\u0000"}', "\ttab", DONE]), ['{"a":"\\u0000"}', "\ttab", DONE]),
    }


def corpus() -> dict[str, tuple[bytes, Expected]]:
    """Each body by name, with the data of its events."""
    return {**_line_ends(), **_fields(), **_json_bodies(), **_letters()}


def write(folder: Path = STREAMS) -> None:
    """Write all files anew."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (body, expected) in corpus().items():
        (folder / f"{name}.bin").write_bytes(body)
        text = json.dumps(list(expected), ensure_ascii=True, indent=1)
        (folder / f"{name}.json").write_text(f"{text}\n", encoding="ascii")


if __name__ == "__main__":
    write()
