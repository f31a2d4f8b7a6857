"""What people do with formats: list them, look at one, check a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.features.formats import reply as replies
from bot.features.formats.command import CheckFormat, ShowFormats
from bot.ports import Formats


class ShowsFormats:
    """Lists the formats, or shows how one runs in a chat."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats

    async def __call__(self, request: ShowFormats, call: Invocation) -> AsyncIterator[Reply]:
        if request.name:
            yield replies.shown(await self._formats.named(request.name))
        else:
            yield replies.listed(await self._formats.all())


class ChecksFormat:
    """Says what the file of a format makes, at both paces."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats

    async def __call__(self, request: CheckFormat, call: Invocation) -> AsyncIterator[Reply]:
        yield replies.checked(await self._formats.read(request.file))


class FormatNames:
    """Completes the id of a format."""

    source = "format"

    def __init__(self, formats: Formats) -> None:
        self._formats = formats

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        start = typed.strip().casefold()
        found = [format.id for format in await self._formats.all()]
        return [name for name in found if name.startswith(start)][:25]
