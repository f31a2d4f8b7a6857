"""Finding an article by what people type: a number, a title, or enough of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.errors import NotFound
from bot.knowledge.article import Article, file_name

_NEAREST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What an article is called: its number, title and source."""

    id: int
    title: str
    source: str

    def called(self) -> frozenset[str]:
        """All that it goes by, folded: title, link, file name with and without ending."""
        file = file_name(self.source) or self.source
        return frozenset(text.casefold() for text in (self.title, file, file.rpartition(".")[0]) if text)


def find(typed: str, names: Sequence[Name]) -> int:
    """The number of the article that is meant; of several with the same title the newest.

    Raises NotFound when nothing fits, naming the nearest, or when more than one does, naming those.
    """
    wanted = " ".join(typed.split()).casefold()
    number = wanted.removeprefix("#")
    if number.isdecimal() and any(name.id == int(number) for name in names):
        return int(number)
    tests: tuple[Callable[[Name], bool], ...] = (
        lambda name: name.title.casefold() == wanted,
        lambda name: wanted in name.called(),
        lambda name: name.title.casefold().startswith(wanted),
        lambda name: wanted in name.title.casefold(),
    )
    for test in tests if wanted else ():
        if found := [name for name in names if test(name)]:
            return _only(typed, found)
    raise _not_found(typed, names)


def correcting(article: Article, others: Iterable[Article]) -> Iterator[Article]:
    """Those of the others that say they correct an article."""
    title = article.particulars.title
    called = Name(id=article.id, title=title, source=article.source).called()
    for other in others:
        entries = {" ".join(entry.split()).casefold() for entry in other.particulars.corrects}
        if other.id != article.id and entries & called:
            yield other


def has(article: Article, words: Sequence[str]) -> bool:
    """Whether title, author and origin have all of the folded words."""
    text = f"{article.particulars.title} {article.particulars.author or ''} {article.origin}".casefold()
    return all(word in text for word in words)


def _only(typed: str, found: Sequence[Name]) -> int:
    if len({name.title.casefold() for name in found}) > 1:
        listed = ", ".join(f"{name.title} ({name.id})" for name in found[:_NEAREST])
        more = f" and {len(found) - _NEAREST} more" if len(found) > _NEAREST else ""
        raise NotFound(
            f"More than one article is called “{_short(typed)}”: {listed}{more}.", "Give its number."
        )
    return max(name.id for name in found)


def _not_found(typed: str, names: Sequence[Name]) -> NotFound:
    by_title = {name.title.casefold(): name for name in names}
    nearest = [
        by_title[title] for title in get_close_matches(typed.casefold(), by_title, n=_NEAREST, cutoff=0.4)
    ]
    hint = f"Nearest: {', '.join(f'{name.title} ({name.id})' for name in nearest)}." if nearest else ""
    return NotFound(f"There is no article “{_short(typed)}” here.", hint)


def _short(typed: str) -> str:
    return typed if len(typed) <= 60 else f"{typed[:59]}…"
