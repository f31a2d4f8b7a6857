import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from bot.errors import Passing, StoreError
from bot.knowledge.article import Scope
from bot.retrieval.index import Damaged, PassageIndex
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
    assert told.heard == [("club", "made from another library")]


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


async def test_an_index_of_another_library_with_as_many_changes_is_told_apart(tmp_path: Path) -> None:
    told, old, new = Told(), Shelf(), Shelf()
    old.put(passage("Open weights", id=1), passage("Closed weights", id=2, article=2))
    new.put(passage("Closed weights", id=1), passage("Open weights", id=2, article=2))
    assert await found(IndexSearch(tmp_path / "index", old), "open") == [1]
    assert await found(IndexSearch(tmp_path / "index", new, told), "open") == [2]
    assert told.heard == [("club", "made from another library")]


async def test_a_restored_backup_that_went_on_otherwise_is_told_apart(tmp_path: Path) -> None:
    told, shelf = Told(), Shelf()
    shelf.put(passage("Open weights", id=1))
    backup = shelf.copy()
    for number in range(2, 4):
        shelf.put(passage("Open licences", id=number, article=number))
    assert await found(IndexSearch(tmp_path / "index", shelf), "licences") == [2, 3]
    for number in range(2, 6):
        backup.put(passage("Open sources", id=number, article=number))
    search = IndexSearch(tmp_path / "index", backup, told)
    assert await found(search, "licences") == []
    assert await found(search, "sources") == [2, 3, 4, 5]
    assert told.heard == [("club", "made from another library")]


async def test_a_restored_backup_that_the_index_has_not_left_behind_needs_no_new_index(
    tmp_path: Path,
) -> None:
    told, shelf = Told(), Shelf()
    shelf.put(passage("Open weights", id=1))
    backup = shelf.copy()
    await found(IndexSearch(tmp_path / "index", shelf), "weights")
    backup.put(passage("Open licences", id=2, article=1))
    assert await found(IndexSearch(tmp_path / "index", backup, told), "open") == [2]
    assert told.heard == []


def spoil(folder: Path, ending: str) -> None:
    """Flip the bytes in the middle of the larger files of a kind, as a failing disk may."""
    for file in folder.glob(f"*{ending}"):
        content = bytearray(file.read_bytes())
        third = len(content) // 3
        content[third : 2 * third] = bytes(byte ^ 0xFF for byte in content[third : 2 * third])
        file.write_bytes(content)


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("ending", [".term", ".idx", ".pos"])
async def test_an_index_spoilt_inside_is_made_anew(tmp_path: Path, ending: str, running: bool) -> None:
    shelf, told = Shelf(), Told()
    shelf.put(
        *(
            passage(" ".join(f"word{n}x{k} weights{k} open" for k in range(40)), id=n, article=n)
            for n in range(1, 300)
        )
    )
    search = IndexSearch(tmp_path / "index", shelf, told)
    questions = [f"open word{n}x{k} weights{k}" for n, k in ((1, 1), (150, 20), (299, 39))]
    assert [(await found(search, question))[0] for question in questions] == [1, 150, 299]
    spoil(tmp_path / "index" / "club", ending)
    again = search if running else IndexSearch(tmp_path / "index", shelf, told)
    await asyncio.gather(*(found(again, question) for question in questions))
    # Some damage cannot be seen, as a file has no checksum that is looked at; but then nothing fails either.
    assert told.heard in ([], [("club", "damaged")])
    if told.heard:
        assert [(await found(again, question))[0] for question in questions] == [1, 150, 299]


class Failing(PassageIndex):
    """An index on which every search fails, though it opens well."""

    def doc_freq(self, token: str) -> int:
        raise Damaged("damaged")


class FailingOnceOpened(Failing):
    """… until it is made anew."""

    @classmethod
    def create(cls, folder: Path) -> PassageIndex:
        return PassageIndex.create(folder)


async def test_a_search_that_fails_makes_the_index_anew_once_for_all_who_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, told = Shelf(), Told()
    shelf.put(passage("weights", id=1))
    await found(IndexSearch(tmp_path / "index", shelf), "weights")
    monkeypatch.setattr("bot.retrieval.search.PassageIndex", FailingOnceOpened)
    search = IndexSearch(tmp_path / "index", shelf, told)
    assert await asyncio.gather(*(found(search, "weights") for _ in range(5))) == [[1]] * 5
    assert told.heard == [("club", "damaged")]


async def test_a_search_that_fails_again_on_a_new_index_is_the_operators_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf()
    shelf.put(passage("weights", id=1))
    monkeypatch.setattr("bot.retrieval.search.PassageIndex", Failing)
    with pytest.raises(StoreError, match=r"The search index in .* cannot be written"):
        await found(IndexSearch(tmp_path / "index", shelf), "weights")


def lock_folder_is_a_file(folder: Path) -> None:
    folder.with_name("index-locks").touch()


def lock_is_a_folder(folder: Path) -> None:
    (folder.with_name("index-locks") / "club.lock").mkdir(parents=True)


def mark_is_a_loop(folder: Path) -> None:
    folder.with_name("index-locks").mkdir()
    (folder.with_name("index-locks") / "club.indexed").symlink_to("club.indexed")


@pytest.mark.parametrize("in_the_way", [lock_folder_is_a_file, lock_is_a_folder, mark_is_a_loop])
async def test_locks_that_cannot_be_made_are_the_operators_to_mend(
    tmp_path: Path, in_the_way: Callable[[Path], None]
) -> None:
    in_the_way(tmp_path / "index")
    with pytest.raises(StoreError, match=r"cannot be written: .+\. Check that .* index-locks"):
        await asyncio.wait_for(found(IndexSearch(tmp_path / "index", Shelf()), "weights"), 10)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_without_permission_is_the_operators_to_mend(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied"):
        asyncio.run(found(IndexSearch(tmp_path / "index", Shelf()), "weights"))


async def test_who_waits_too_long_for_another_process_is_asked_to_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retrieval.turns.PATIENCE_S", 0.05)
    shelf = Shelf()
    shelf.put(passage("weights", id=1))
    search = IndexSearch(tmp_path / "index", shelf)
    (tmp_path / "index-locks").mkdir()
    with (
        FileLock(tmp_path / "index-locks" / "club.lock", preserve_lock_file=True),
        pytest.raises(Passing, match="Try again"),
    ):
        await asyncio.wait_for(found(search, "weights"), 10)
    assert await found(search, "weights") == [1]


async def test_a_rebuilt_index_that_cannot_be_told_of_is_searched_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def busy(community: str, reason: str) -> None:
        raise Passing("The database is busy.")

    shelf = Shelf()
    shelf.put(passage("weights", id=1))
    await found(IndexSearch(tmp_path / "index", shelf), "weights")
    shutil.rmtree(tmp_path / "index")
    assert await found(IndexSearch(tmp_path / "index", shelf, busy), "weights") == [1]
    assert "The database is busy." in caplog.text
