"""Adding articles: one file, asking for what it does not say, or a whole folder with its progress."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.errors import InputError, RostrumError
from bot.features.library import reply as replies
from bot.features.library.command import AddArticles
from bot.knowledge.article import Draft, Particulars
from bot.knowledge.links import checked
from bot.plain import one_line
from bot.ports import Added, Importer, Library, scope_of


class AddsArticles:
    """Brings a file or a folder into the library."""

    def __init__(self, library: Library, importer: Importer) -> None:
        self._library = library
        self._importer = importer

    async def __call__(self, request: AddArticles, call: Invocation) -> AsyncIterator[Reply]:
        if await self._importer.is_folder(request.file):
            async for reply in self._folder(request, call):
                yield reply
            return
        draft = _with_given(await self._importer.read(request.file), request)
        if call.asks_back and not request.as_is and replies.unsaid(draft.particulars):
            yield replies.asks_for_rest(request, draft.particulars)
            return
        yield replies.added(await self._add(draft, call))

    async def _add(self, draft: Draft, call: Invocation) -> Added:
        return await self._library.add(scope_of(call), replace(draft, added_by=call.member.name))

    async def _folder(self, request: AddArticles, call: Invocation) -> AsyncIterator[Reply]:
        if request.title or request.url:
            raise InputError(
                "A title or a link is for one file, not for a folder.",
                "Give the others, or add file by file.",
            )
        folder = request.file
        yield replies.progress(folder.name, 0, None)
        files = [file async for file in self._importer.files(folder)]
        done: list[Added] = []
        refused: list[tuple[str, RostrumError]] = []
        for count, file in enumerate(files, start=1):
            try:
                done.append(await self._add(_with_given(await self._importer.read(file), request), call))
            except InputError as error:
                refused.append((one_line(str(file.relative_to(folder))), error))
            yield replies.progress(file.name, count, len(files))
        if not done:
            raise InputError(f"None of the {len(files)} files could be added.", replies.reasons(refused))
        yield replies.added_folder(folder.name, done, refused)


def _with_given(draft: Draft, request: AddArticles) -> Draft:
    """What was typed counts before what the file says; an empty answer counts as "nobody said"."""
    said = draft.particulars
    return replace(
        draft,
        particulars=Particulars(
            title=one_line(request.title or "") or said.title,
            author=said.author if request.author is None else one_line(request.author) or None,
            date=request.date or said.date,
            url=said.url if request.url is None else checked(request.url) if request.url else None,
            language=said.language,
            stance=request.stance or said.stance,
            corrects=(one_line(request.corrects),) if request.corrects else said.corrects,
        ),
    )
