import math
import threading
from pathlib import Path

import pytest

from bot.knowledge.article import Passage
from bot.retrieval.asking import wanted, weight
from bot.retrieval.index import Damaged, PassageIndex
from tests.retrieval.shelf import passage


def ids(index: PassageIndex, question: str, **where: object) -> list[int]:
    return [found for found, _ in index.search(wanted(question, index), 10, **where)]  # type: ignore[arg-type]


def made(folder: Path, *passages: Passage) -> PassageIndex:
    index = PassageIndex.create(folder)
    index.write((), passages, after=0, upto=1, stamp=0)
    return index


def test_the_passage_with_the_words_comes_first(tmp_path: Path) -> None:
    index = made(
        tmp_path / "i",
        passage("Weights stay closed for safety.", id=1),
        passage("The licence of Grok allows research.", id=2),
    )
    assert ids(index, "What does the licence allow?") == [2]


def test_a_written_passage_is_found_at_once_and_a_removed_one_no_more(tmp_path: Path) -> None:
    index = made(tmp_path / "i", passage("Open weights", article=1, id=1))
    index.write((), [passage("Open licences", article=2, id=2)], after=1, upto=2, stamp=0)
    assert set(ids(index, "open")) == {1, 2}
    index.write([1], (), after=2, upto=3, stamp=0)
    assert ids(index, "open") == [2]
    assert len(index) == 1


def test_a_revised_article_is_found_by_its_new_words_only(tmp_path: Path) -> None:
    index = made(tmp_path / "i", passage("Old words", article=1, id=1))
    index.write([1], [passage("New sentences", article=1, id=2)], after=1, upto=2, stamp=0)
    assert ids(index, "old") == []
    assert ids(index, "new") == [2]


def test_an_index_outlives_its_process(tmp_path: Path) -> None:
    made(tmp_path / "i", passage("Open weights", id=7))
    again = PassageIndex.open(tmp_path / "i")
    assert (again.upto, len(again), ids(again, "weights")) == (1, 1, [7])


def test_changes_that_somebody_else_took_in_are_not_taken_in_twice(tmp_path: Path) -> None:
    index = made(tmp_path / "i", passage("Open weights", id=1))
    index.write((), [passage("Open weights", id=1)], after=0, upto=1, stamp=0)
    assert ids(index, "weights") == [1]


def test_another_handle_sees_what_was_written_after_a_reload(tmp_path: Path) -> None:
    one = made(tmp_path / "i", passage("Open weights", id=1))
    other = PassageIndex.open(tmp_path / "i")
    one.write((), [passage("Closed weights", id=2)], after=1, upto=2, stamp=0)
    other.reload()
    assert other.upto == 2
    assert ids(other, "closed") == [2]


def test_writers_wait_for_one_another(tmp_path: Path) -> None:
    made(tmp_path / "i")
    handles = [PassageIndex.open(tmp_path / "i") for _ in range(4)]

    def follow(index: PassageIndex) -> None:
        for step in range(1, 6):
            index.write((), [passage("weights", id=step)], after=step, upto=step + 1, stamp=0)
            index.reload()

    threads = [threading.Thread(target=follow, args=(index,)) for index in handles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids(PassageIndex.open(tmp_path / "i"), "weights")) == [1, 2, 3, 4, 5]


def test_a_title_counts_twice_and_a_heading_once() -> None:
    index = PassageIndex.in_memory(
        [
            passage("It has many words in its text.", id=1, heading="Licences"),
            passage("It has many words in its text.", id=2, title="Licences"),
            passage("It has many words in its text.", id=3),
        ]
    )
    assert ids(index, "licences") == [2, 1]


def test_a_channels_own_passages_are_found_there_only() -> None:
    index = PassageIndex.in_memory(
        [passage("Open weights", id=1), passage("Open weights", id=2, channel="a"), passage("Open", id=3)]
    )
    assert set(ids(index, "weights")) == {1}
    assert set(ids(index, "weights", channel="a")) == {1, 2}
    assert set(ids(index, "weights", channel="b")) == {1}


def test_many_invisible_passages_do_not_hide_a_visible_one() -> None:
    hidden = [passage("weights weights", id=number, channel="secret") for number in range(100)]
    index = PassageIndex.in_memory([*hidden, passage("some weights among many other words", id=500)])
    assert ids(index, "weights") == [500]


def test_one_article_can_be_searched_alone_with_the_same_scores() -> None:
    index = PassageIndex.in_memory([passage("open weights", article=number, id=number) for number in (1, 2)])
    everywhere = dict(index.search(wanted("weights", index), 10))
    within = index.search(wanted("weights", index), 10, article=2, channel="a")
    assert within == [(2, pytest.approx(everywhere[2]))]


def test_a_passage_that_is_away_does_not_come() -> None:
    index = PassageIndex.in_memory([passage("open weights", id=number) for number in (1, 2, 3)])
    assert set(ids(index, "weights", away={2})) == {1, 3}


def test_scores_are_bm25_with_the_weights_that_are_told() -> None:
    index = PassageIndex.in_memory([passage("alpha beta", id=1), passage("gamma delta", id=2)])
    asked = wanted("alpha", index)
    (found,) = index.search(asked, 10)
    assert asked.weights == {"alpha": pytest.approx(math.log(1 + 1.5 / 1.5))}
    assert found[1] == pytest.approx(asked.weights["alpha"])
    assert asked.ceiling == pytest.approx(asked.weights["alpha"] * 2.2)


def test_neighbours_of_the_question_that_stand_together_count_more() -> None:
    index = PassageIndex.in_memory(
        [
            passage("open words and many more words then weights", id=1),
            passage("words and many more words then open weights", id=2),
        ]
    )
    assert ids(index, "open weights") == [2, 1]


def test_a_token_unknown_to_the_index_weighs_as_the_rarest() -> None:
    assert weight(0, 100) > weight(1, 100) > weight(50, 100) > 0


def test_an_empty_index_finds_nothing() -> None:
    assert ids(PassageIndex.in_memory([]), "anything") == []
    assert ids(PassageIndex.in_memory([]), "") == []


def test_a_folder_that_is_no_index_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="damaged"):
        PassageIndex.open(tmp_path)


@pytest.mark.parametrize("ending", ["meta.json", ".idx", ".term", ".fast", ".fieldnorm", ".pos", ".store"])
def test_an_index_cut_short_is_damaged(tmp_path: Path, ending: str) -> None:
    made(tmp_path / "i", *(passage(f"word{number} weights", id=number) for number in range(50)))
    (file,) = (path for path in (tmp_path / "i").iterdir() if path.name.endswith(ending) and _of_words(path))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(Damaged, match="damaged"):
        PassageIndex.open(tmp_path / "i")


def _of_words(path: Path) -> bool:
    """Whether a file is the largest of its kind: `create` commits once before there are words."""
    same = [other for other in path.parent.iterdir() if other.suffix == path.suffix and other.name[0] != "."]
    return path == max(same, key=lambda other: other.stat().st_size)


def test_an_index_of_another_version_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "i", passage("Open weights"))
    monkeypatch.setattr("bot.retrieval.index.FORMAT", "another")
    with pytest.raises(Damaged, match="of another version"):
        PassageIndex.open(tmp_path / "i")


def test_creating_replaces_what_was_there(tmp_path: Path) -> None:
    made(tmp_path / "i", passage("Open weights"))
    assert len(PassageIndex.create(tmp_path / "i")) == 0
