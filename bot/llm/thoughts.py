"""Tells what a model thinks from what it says, where both come as one text, cut anywhere."""

from __future__ import annotations

import re

_NAMES = ("think", "thinking", "thought", "reasoning")
_TAG = re.compile(rf"<(/?)({'|'.join(_NAMES)})>")
_TAGS = [f"<{slash}{name}>" for slash in ("", "/") for name in _NAMES]
_LONGEST = max(map(len, _TAGS))


class Thoughts:
    """Parts a stream of text. `restarted` is set once what was taken for the answer turned out to be thought:
    some templates open the thought in the prompt, so that only its end is ever seen.

    Thoughts come first. Behind the first word of an answer tags are words like others, unless a thought ends
    there that nobody saw begin. White space before thoughts and before the answer is dropped.
    """

    def __init__(self) -> None:
        self.restarted = False
        self._inside = ""
        self._said = False
        self._tagged = False
        self._held = ""

    def part(self, piece: str) -> list[tuple[bool, str]]:
        """Pieces in their order, each with whether it is thought. An unfinished tag waits for its rest."""
        if piece and self._said and not self._held and "<" not in piece:
            return [(False, piece)]
        text = self._held + piece
        self._held = ""
        parts: list[tuple[bool, str]] = []
        while text:
            text = self._step(text, parts)
        return parts

    def rest(self) -> list[tuple[bool, str]]:
        """What still waited for its end."""
        held, self._held = self._held, ""
        return self._given(held)

    def _step(self, text: str, parts: list[tuple[bool, str]]) -> str:
        """Deal with the text up to the next tag that counts, and return what stands behind it."""
        if not self._inside and not self._said:
            text = text.lstrip()
        tag = self._next_tag(text)
        if tag is None:
            text, self._held = _without_begun_tag(text)
            parts += self._given(text)
            return ""
        before, after = text[: tag.start()], text[tag.end() :]
        if tag[1] and not self._inside:
            # Only the end of a thought: all before it was thought as well.
            self.restarted = self.restarted or self._said
            self._said, self._inside = False, tag[2]
        parts += self._given(before)
        self._inside = "" if tag[1] else tag[2]
        self._tagged = True
        return after

    def _next_tag(self, text: str) -> re.Match[str] | None:
        if self._inside:
            return next((tag for tag in _TAG.finditer(text) if tag[0] == f"</{self._inside}>"), None)
        if not self._said and (first := _TAG.match(text)):
            return first
        found = None if self._tagged else _TAG.search(text)
        self._tagged = self._tagged or found is not None
        return found if found and found[1] else None

    def _given(self, text: str) -> list[tuple[bool, str]]:
        if not text:
            return []
        self._said = self._said or not self._inside
        return [(bool(self._inside), text)]


def _without_begun_tag(text: str) -> tuple[str, str]:
    """The text, and at its end what may become a tag."""
    at = text.rfind("<", max(0, len(text) - _LONGEST))
    if at >= 0 and any(tag.startswith(text[at:]) for tag in _TAGS):
        return text[:at], text[at:]
    return text, ""
