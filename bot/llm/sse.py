"""Takes an event stream apart as it arrives, wherever the bytes are cut.

Kinder than the standard where real servers are sloppier: an event without the blank line at its end is not
lost, a `data:` line that opens a JSON value right behind one that closed one begins a new event, and a line
of bare JSON is data.
"""

from __future__ import annotations

LARGEST = 4 * 2**20
"""Bytes of one event, or of one line, at most."""

DONE = "[DONE]"

_BOM = b"\xef\xbb\xbf"


class Overlong(ValueError):
    """An event is larger than anything that an endpoint has reason to send."""


class EventStream:
    """Bytes in, events out: each its name ("" mostly) and its data. Keeps one line and one event at most."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._after_cr = False
        self._first = True
        self._name = ""
        self._data = bytearray()
        self._closed = False

    def feed(self, data: bytes) -> list[tuple[str, str]]:
        """The events that these bytes complete. Raises Overlong."""
        if self._after_cr and data:
            self._after_cr = False
            data = data.removeprefix(b"\n")
        if b"\n" not in data and b"\r" not in data:
            self._keep(data)
            return []
        lines = data.splitlines()
        rest = b"" if data.endswith((b"\n", b"\r")) else lines.pop()
        self._after_cr = data.endswith(b"\r")
        if self._line:
            lines[0] = bytes(self._line) + lines[0]
            self._line.clear()
        events = self._events(lines)
        self._keep(rest)
        return events

    def end(self) -> list[tuple[str, str]]:
        """The events that were complete but for a line end or a blank line."""
        line = bytes(self._line)
        self._line.clear()
        return self._events([line, b""] if line else [b""])

    def _keep(self, data: bytes) -> None:
        if len(self._line) + len(data) > LARGEST:
            raise Overlong(f"a line of more than {LARGEST:,} bytes")
        self._line += data

    def _events(self, lines: list[bytes]) -> list[tuple[str, str]]:
        events: list[tuple[str, str]] = []
        for raw in lines:
            if len(raw) > LARGEST:
                raise Overlong(f"a line of more than {LARGEST:,} bytes")
            line = raw.removeprefix(_BOM) if self._first else raw
            self._first = False
            if line.startswith(b"data:"):
                self._add(line[6:] if line[5:6] == b" " else line[5:], events)
            elif not line:
                self._dispatch(events)
            elif line[:1] in (b"{", b"["):
                self._add(line, events)
            elif line.startswith(b"event:"):
                self._name = line[6:].decode("utf-8", "replace").strip()
        return events

    def _add(self, value: bytes, events: list[tuple[str, str]]) -> None:
        seen = value.strip()
        # Inside of a JSON value there is always a comma between a bracket that closes and one that opens.
        if self._closed and seen[:1] in (b"{", b"["):
            self._dispatch(events)
        if not seen and not self._data:
            return
        if self._data:
            value = b"\n" + value
        if len(self._data) + len(value) > LARGEST:
            raise Overlong(f"an event of more than {LARGEST:,} bytes")
        self._data += value
        self._closed = seen[-1:] in (b"}", b"]") if seen else self._closed

    def _dispatch(self, events: list[tuple[str, str]]) -> None:
        if self._data:
            events.append((self._name, self._data.decode("utf-8", "replace")))
        self._data.clear()
        self._closed = False
        self._name = ""
