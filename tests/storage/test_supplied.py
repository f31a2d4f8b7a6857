"""The articles that ship with the bot come into a library once each, whatever happened meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.app.articles import COMMUNITY, load_shipped
from bot.knowledge.article import Draft, Scope
from bot.ports import Added, Library, Outgoing
from bot.retrieval.importer import FileImporter
from tests.storage.conftest import Kept, draft

SCOPE = Scope(community=COMMUNITY)


@pytest.fixture(autouse=True)
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of articles in place of those that ship."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in "abc":
        ship(folder, name)
    monkeypatch.setattr("bot.app.articles.shipped", lambda name: tmp_path / name)
    return folder


def ship(folder: Path, name: str) -> None:
    (folder / f"{name}.md").write_text(f"# {name}\n\nThe words of {name}.")


async def titles(kept: Kept) -> list[str]:
    return sorted(article.particulars.title for article in await kept.library.articles(SCOPE))


class Interrupted(Exception):
    pass


async def test_an_interrupted_first_start_is_made_good_by_the_next(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = kept.library.add

    async def add_some(scope: Scope, draft: Draft, *, notices: Sequence[Outgoing] = ()) -> Added:
        if draft.particulars.title == "c":
            raise Interrupted
        return await add(scope, draft, notices=notices)

    with monkeypatch.context() as patched:
        patched.setattr(kept.library, "add", add_some)
        with pytest.raises(Interrupted):
            await load_shipped(kept.library, FileImporter())
    assert await titles(kept) == ["a", "b"]
    await load_shipped(kept.library, FileImporter())
    assert await titles(kept) == ["a", "b", "c"]


async def test_what_was_removed_does_not_come_back_and_what_ships_later_comes(
    kept: Kept, articles: Path
) -> None:
    await load_shipped(kept.library, FileImporter())
    removed = await kept.library.article(SCOPE, "b")
    await kept.library.remove(SCOPE, removed.id)
    ship(articles, "d")
    await load_shipped(kept.library, FileImporter())
    assert await titles(kept) == ["a", "c", "d"]


async def test_a_later_start_reads_no_file_and_changes_nothing(kept: Kept) -> None:
    class NotReading(FileImporter):
        async def read(self, path: Path) -> Draft:
            raise AssertionError(path)

    library: Library = kept.library
    await load_shipped(library, FileImporter())
    point = await library.latest_change(COMMUNITY)
    await load_shipped(library, NotReading())
    assert await library.latest_change(COMMUNITY) == point


async def test_they_join_what_somebody_added_before(kept: Kept) -> None:
    await kept.library.add(SCOPE, draft(title="theirs"))
    await load_shipped(kept.library, FileImporter())
    assert await titles(kept) == ["a", "b", "c", "theirs"]
