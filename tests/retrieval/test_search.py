import asyncio
import shutil
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.knowledge.article import Scope
from bot.retrieval.search import IndexSearch
from tests.retrieval.shelf import Shelf, passage

SCOPE = Scope(community="club", channel="chat")


class Told:
    """Remembers what was told of rebuilt indexes."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    async def __call__(self, community: str, reason: str) -> None:
        self.heard.append((community, reason))


async def found(search: IndexSearch, question: str, scope: Scope = SCOPE) -> list[int]:
    findings = await search.find(scope, question)
    return [hit.passage.id for hit in findings.hits]


async def test_what_was_added_is_found_at_once(tmp_path: Path) -> None:
    shelf = Shelf()
    search = IndexSearch(tmp_path / "index", shelf)
    assert await found(search, "weights") == []
    shelf.put(passage("Open weights", id=1))
    assert await found(search, "weights") == [1]
    shelf.put(passage("Closed weights", id=2, article=2))
    assert await found(search, "closed") == [2]


async def test_what_was_removed_or_revised_is_found_no_more(tmp_path: Path) -> None:
    shelf = Shelf()
    search = IndexSearch(tmp_path / "index", shelf)
    shelf.put(passage("Open weights", id=1, article=1), passage("More weights", id=2, article=2))
    assert set(await found(search, "weights")) == {1, 2}
    shelf.drop(2)
    shelf.put(passage("Open licences", id=3, article=1))
    assert await found(search, "weights") == []
    assert await found(search, "licences") == [3]


async def test_a_long_list_of_changes_comes_in_batches(tmp_path: Path) -> None:
    shelf = Shelf(batch=2)
    shelf.put(*(passage("weights", id=number, article=number) for number in range(1, 8)))
    assert len(await found(IndexSearch(tmp_path / "index", shelf), "weights")) == 7
    assert shelf.asked_after == [0, 2, 4, 6]


async def test_only_what_is_new_is_asked_for(tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.put(passage("weights", id=1))
    await found(IndexSearch(tmp_path / "index", shelf), "weights")
    shelf.put(passage("weights", id=2, article=2))
    again = IndexSearch(tmp_path / "index", shelf)
    assert len(await found(again, "weights")) == 2
    assert len(await found(again, "weights")) == 2
    assert shelf.asked_after == [0, 1]


async def test_two_processes_share_an_index(tmp_path: Path) -> None:
    shelf = Shelf()
    one, other = (IndexSearch(tmp_path / "index", shelf) for _ in range(2))
    for number in range(1, 6):
        shelf.put(passage("weights", id=number, article=number))
        results = await asyncio.gather(*(found(search, "weights") for search in (one, other, one, other)))
        assert [len(result) for result in results] == [number] * 4


async def test_communities_are_apart(tmp_path: Path) -> None:
    shelf, other = Shelf(), Shelf()
    shelf.put(passage("weights", id=1))
    assert await found(IndexSearch(tmp_path / "index", shelf), "weights") == [1]
    elsewhere = Scope(community="../club", channel=None)
    assert await found(IndexSearch(tmp_path / "index", other), "weights", elsewhere) == []
    assert not (tmp_path / "club").exists()


async def test_a_channels_articles_stay_in_it(tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.put(passage("weights", id=1, channel="chat"), passage("weights", id=2, article=2, channel="board"))
    assert await found(IndexSearch(tmp_path / "index", shelf), "weights") == [1]


async def test_a_search_can_stay_in_one_article(tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.put(passage("weights", id=1, article=1), passage("weights", id=2, article=2))
    findings = await IndexSearch(tmp_path / "index", shelf).find(SCOPE, "weights", article=2)
    assert [hit.passage.id for hit in findings.hits] == [2]


async def test_a_passage_gone_since_the_search_falls_out(tmp_path: Path) -> None:
    shelf = Shelf()
    search = IndexSearch(tmp_path / "index", shelf)
    shelf.put(passage("weights", id=1), passage("weights", id=2, article=2))
    await found(search, "weights")
    shelf._articles[2] = []
    assert await found(search, "weights") == [1]


async def test_a_first_index_is_nothing_to_tell(tmp_path: Path) -> None:
    shelf, told = Shelf(), Told()
    shelf.put(passage("weights", id=1))
    await found(IndexSearch(tmp_path / "index", shelf, told), "weights")
    assert told.heard == []


@pytest.mark.parametrize("running", [True, False])
async def test_a_missing_index_is_made_anew_and_told(tmp_path: Path, running: bool) -> None:
    shelf, told = Shelf(), Told()
    shelf.put(passage("weights", id=1))
    search = IndexSearch(tmp_path / "index", shelf, told)
    await found(search, "weights")
    shutil.rmtree(tmp_path / "index")
    again = search if running else IndexSearch(tmp_path / "index", shelf, told)
    assert await found(again, "weights") == [1]
    assert told.heard == [("club", "missing")]


async def test_a_damaged_index_is_made_anew_and_told(tmp_path: Path) -> None:
    shelf, told = Shelf(), Told()
    shelf.put(passage("weights", id=1))
    await found(IndexSearch(tmp_path / "index", shelf), "weights")
    for file in (tmp_path / "index" / "club").glob("*.idx"):
        file.write_bytes(b"")
    assert await found(IndexSearch(tmp_path / "index", shelf, told), "weights") == [1]
    assert told.heard == [("club", "damaged")]


async def test_an_index_of_another_version_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, told = Shelf(), Told()
    shelf.put(passage("weights", id=1))
    await found(IndexSearch(tmp_path / "index", shelf), "weights")
    monkeypatch.setattr("bot.retrieval.index.FORMAT", "another")
    assert await found(IndexSearch(tmp_path / "index", shelf, told), "weights") == [1]
    assert told.heard == [("club", "of another version")]


async def test_an_index_ahead_of_the_library_was_made_from_another(tmp_path: Path) -> None:
    shelf, told = Shelf(), Told()
    shelf.put(passage("weights", id=1), passage("weights", id=2, article=2))
    await found(IndexSearch(tmp_path / "index", shelf), "weights")
    restored = Shelf()
    restored.put(passage("weights", id=9))
    assert await found(IndexSearch(tmp_path / "index", restored, told), "weights") == [9]
    assert told.heard == [("club", "ahead of the database")]


async def test_who_gives_up_waiting_stops_nobody(tmp_path: Path) -> None:
    shelf = Shelf(batch=1)
    shelf.put(*(passage("weights", id=number, article=number) for number in range(1, 9)))
    search = IndexSearch(tmp_path / "index", shelf)
    impatient = asyncio.create_task(found(search, "weights"))
    patient = asyncio.create_task(found(search, "weights"))
    await asyncio.sleep(0.01)
    impatient.cancel()
    assert len(await patient) == 8


async def test_a_folder_that_cannot_be_written_is_the_operators_to_mend(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        await found(IndexSearch(tmp_path / "index", Shelf()), "weights")
