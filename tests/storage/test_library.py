"""The contract of `ports.Library`: adding, revising, removing, reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
from pathlib import Path

import pytest

from bot.errors import NotAllowed, NotFound
from bot.knowledge.article import Scope, Stance
from bot.ports import Outcome, Quoted
from tests.storage.conftest import HERE, PLACE, Clock, Kept, draft, note, sqlite

PRIVATE = Scope(community="here", channel="private")


async def quote(kept: Kept, article: int, revision: int) -> int:
    quoted = Quoted(article=article, revision=revision, start=0, end=4)
    return await kept.asks.record(PLACE, "ann", "why?", [quoted], answered=True)


async def test_a_new_article_is_there_with_all_that_was_said(kept: Kept) -> None:
    said = draft(
        "Größe zählt.\n\nÜber 𝔘nicode.",
        author="Ann",
        date=date(2026, 2, 28),
        url="https://example.org/a",
        language="de",
        stance=Stance.BOTH,
        corrects=("An older one", "old-file"),
    )
    added = await kept.library.add(HERE, said)
    assert added.outcome is Outcome.NEW
    assert await kept.library.articles(HERE) == (added.article,)
    assert added.article.particulars == said.particulars
    assert (added.article.revisions, added.article.words, added.article.origin) == (1, 4, "a.md")
    assert added.article.added_by == "Ann"
    assert added.article.added_at.tzinfo == UTC


async def test_a_passage_is_its_span_of_the_revision(kept: Kept) -> None:
    added = await kept.library.add(HERE, draft("Größe zählt.\n\nÜber 𝔘nicode 👩‍👩‍👧.\n\nEnd.", language="de"))
    revision = await kept.library.revision(HERE, added.article.revision)
    passages = await kept.library.passages(HERE, added.article.id)
    assert [one.text for one in passages] == ["Größe zählt.", "Über 𝔘nicode 👩‍👩‍👧.", "End."]
    assert [revision.text[one.start : one.end] for one in passages] == [one.text for one in passages]
    assert {(one.title, one.heading, one.language, one.channel) for one in passages} == {
        ("A title", "Under de", "de", None)
    }
    assert await kept.library.passages_by_id(HERE, [one.id for one in passages]) == {
        one.id: one for one in passages
    }


async def test_the_same_words_again_are_already_here(kept: Kept) -> None:
    first = await kept.library.add(HERE, draft())
    again = await kept.library.add(HERE, draft(by="Bob"))
    copy = await kept.library.add(HERE, draft(title="Another title", source="https://example.org/copy"))
    assert [again.outcome, copy.outcome] == [Outcome.SAME, Outcome.SAME]
    assert again.article == copy.article == first.article


async def test_other_words_from_the_same_source_revise_the_article(kept: Kept) -> None:
    first = await kept.library.add(HERE, draft())
    second = await kept.library.add(HERE, draft("Three.", title="New title", by="Bob"))
    assert second.outcome is Outcome.REVISED
    assert second.article.id == first.article.id
    assert (second.article.revisions, second.article.added_by) == (2, "Bob")
    assert [one.text for one in await kept.library.passages(HERE, first.article.id)] == ["Three."]


async def test_other_particulars_from_the_same_source_revise_it_too(kept: Kept) -> None:
    first = await kept.library.add(HERE, draft())
    second = await kept.library.add(HERE, draft(author="Ann"))
    assert (second.outcome, second.article.particulars.author) == (Outcome.REVISED, "Ann")
    assert second.article.revision != first.article.revision


async def test_a_better_guess_at_the_language_revises_nothing(kept: Kept) -> None:
    await kept.library.add(HERE, draft(language="en"))
    assert (await kept.library.add(HERE, draft(language="nl"))).outcome is Outcome.SAME


async def test_a_file_of_the_same_name_and_title_in_another_folder_is_another_article(kept: Kept) -> None:
    first = await kept.library.add(HERE, draft(source="file:/old/a.md"))
    other = await kept.library.add(HERE, draft("Three.", source="file:/new/a.md"))
    assert other.outcome is Outcome.NEW
    assert other.article.id != first.article.id


async def test_links_with_the_same_title_are_different_articles(kept: Kept) -> None:
    for number in range(3):
        added = await kept.library.add(HERE, draft(str(number), source=f"https://example.org/{number}/a.md"))
        assert added.outcome is Outcome.NEW


async def test_a_removed_article_added_again_is_new(kept: Kept) -> None:
    first = await kept.library.add(HERE, draft())
    assert await kept.library.remove(HERE, first.article.id) == first.article
    again = await kept.library.add(HERE, draft())
    assert again.outcome is Outcome.NEW
    assert again.article.id != first.article.id


async def test_a_removed_article_is_nowhere(kept: Kept) -> None:
    one = (await kept.library.add(HERE, draft())).article
    passages = [passage.id for passage in await kept.library.passages(HERE, one.id)]
    await kept.library.remove(HERE, one.id)
    assert await kept.library.articles(HERE) == ()
    assert await kept.library.current(HERE, [one.id]) == {}
    assert await kept.library.passages(HERE, one.id) == ()
    assert await kept.library.passages_by_id(HERE, passages) == {}
    for read in (
        kept.library.article(HERE, str(one.id)),
        kept.library.revision(HERE, one.revision),
        kept.library.remove(HERE, one.id),
    ):
        with pytest.raises(NotFound):
            await read


async def test_words_that_are_quoted_outlive_the_article_and_the_others_do_not(
    kept: Kept, clock: Clock
) -> None:
    first = (await kept.library.add(HERE, draft("One."))).article
    await quote(kept, first.id, first.revision)
    second = (await kept.library.add(HERE, draft("Two."))).article
    await kept.library.remove(HERE, first.id)
    assert (await kept.library.revision(HERE, first.revision)).text == "One."
    with pytest.raises(NotFound):
        await kept.library.revision(HERE, second.revision)
    clock.pass_by(days=31)
    assert await kept.asks.purge(clock.now()) == 1
    with pytest.raises(NotFound):
        await kept.library.revision(HERE, first.revision)


async def test_a_purge_keeps_what_counts_or_is_quoted(kept: Kept, clock: Clock) -> None:
    quoted = (await kept.library.add(HERE, draft("One."))).article
    before = clock.now()
    await quote(kept, quoted.id, quoted.revision)
    unquoted = (await kept.library.add(HERE, draft("Two."))).article
    current = (await kept.library.add(HERE, draft("Three."))).article
    assert await kept.asks.purge(before) == 0
    assert (await kept.library.revision(HERE, quoted.revision)).number == 1
    assert (await kept.library.revision(HERE, current.revision)).number == 3
    assert await kept.library.articles(HERE) == (current,)
    with pytest.raises(NotFound):
        await kept.library.revision(HERE, unquoted.revision)


async def test_articles_are_listed_newest_first_and_by_words_in_title_author_or_file_name(kept: Kept) -> None:
    for name, author in (("Äpfel im Herbst", "Zoë"), ("Birnen", "Ann"), ("Äpfel im Winter", "Ann")):
        await kept.library.add(HERE, draft(name, title=name, author=author, source=f"file:/obst/{name}.md"))

    async def titles(words: str = "", limit: int | None = None) -> list[str]:
        return [one.particulars.title for one in await kept.library.articles(HERE, words, limit=limit)]

    assert await titles() == ["Äpfel im Winter", "Birnen", "Äpfel im Herbst"]
    assert await titles(limit=2) == ["Äpfel im Winter", "Birnen"]
    assert await titles("äpfel") == ["Äpfel im Winter", "Äpfel im Herbst"]
    assert await titles("ÄPFEL zoë") == ["Äpfel im Herbst"]
    assert await titles("äpfel", limit=1) == ["Äpfel im Winter"]
    assert await titles("birnen.md") == ["Birnen"]
    assert await titles("obst") == []
    assert await titles("100%") == await titles("kirschen") == []


async def test_an_article_is_found_by_number_title_or_enough_of_it(kept: Kept) -> None:
    open_ = (
        await kept.library.add(HERE, draft("1", title="The Case for Openness", source="file:/a/open.md"))
    ).article
    control = (
        await kept.library.add(HERE, draft("2", title="The Case for Control", source="file:/b"))
    ).article
    for name in (
        str(open_.id),
        f"#{open_.id}",
        "the case for openness",
        "  The case for  open",
        "openness",
        "open.md",
    ):
        assert await kept.library.article(HERE, name) == open_, name
    with pytest.raises(NotFound, match="More than one") as several:
        await kept.library.article(HERE, "the case")
    assert f"The Case for Control ({control.id})" in str(several.value)
    with pytest.raises(NotFound, match=rf"Nearest: The Case for Control \({control.id}\)"):
        await kept.library.article(HERE, "The Case of Kontrol")
    for name in ("", "   ", "999", "wholly other words", "%", "_"):
        with pytest.raises(NotFound):
            await kept.library.article(HERE, name)


async def test_a_title_that_is_a_number_is_found_too(kept: Kept) -> None:
    article = (await kept.library.add(HERE, draft(title="1984"))).article
    assert await kept.library.article(HERE, "1984") == article


async def test_corrections_name_the_articles_that_correct_one(kept: Kept) -> None:
    old = (await kept.library.add(HERE, draft("1", title="Old claim", source="file:/x/old-claim.md"))).article
    assert await kept.library.corrections(HERE, [old.id]) == {}
    by_title = draft("2", title="Two", source="file:/2.md", corrects=("OLD claim",))
    by_file = draft("3", title="Three", source="file:/3.md", corrects=("Something else", "old-claim"))
    of_itself = draft("4", title="Four", source="file:/4.md", corrects=("four",))
    two, three, four = [(await kept.library.add(HERE, one)).article for one in (by_title, by_file, of_itself)]
    assert await kept.library.corrections(HERE, [old.id, two.id, four.id, 999]) == {old.id: (three, two)}
    await kept.library.remove(HERE, three.id)
    assert await kept.library.corrections(HERE, [old.id]) == {old.id: (two,)}


async def test_changes_lead_from_any_point_to_what_is_there_now(kept: Kept) -> None:
    assert await kept.library.latest_change("here") == 0
    first = (await kept.library.add(HERE, draft("One.", source="file:/1"))).article
    start = await kept.library.latest_change("here")
    second = (await kept.library.add(PRIVATE, draft("Two.", source="file:/2", channel="private"))).article
    await kept.library.add(HERE, draft("One again.", source="file:/1"))
    changes = await kept.library.changes("here", start)
    assert set(changes.removed) == {first.id, second.id}
    assert [(one.text, one.channel) for one in changes.passages] == [
        ("Two.", "private"),
        ("One again.", None),
    ]
    assert changes.upto == await kept.library.latest_change("here") > start
    assert not changes.more
    await kept.library.remove(HERE, first.id)
    later = await kept.library.changes("here", changes.upto)
    assert (later.removed, later.passages, later.upto > changes.upto) == ((first.id,), (), True)
    assert (await kept.library.changes("here", later.upto)).upto == later.upto
    assert [one.text for one in (await kept.library.changes("here", 0)).passages] == ["Two."]


async def test_what_is_the_same_changes_nothing(kept: Kept) -> None:
    await kept.library.add(HERE, draft())
    point = await kept.library.latest_change("here")
    await kept.library.add(HERE, draft())
    assert await kept.library.latest_change("here") == point


async def test_many_changes_come_in_batches(kept: Kept) -> None:
    words = "\n".join(f"Line {number}." for number in range(1500))
    for number in range(5):
        await kept.library.add(HERE, draft(f"{words}\n{number}", source=f"file:/{number}"))
    point, seen, batches = 0, 0, 0
    while True:
        changes = await kept.library.changes("here", point)
        point, seen, batches = changes.upto, seen + len(changes.passages), batches + 1
        if not changes.more:
            break
    assert (seen, batches) == (5 * 1501, 3)


async def test_a_channels_own_article_is_seen_there_only(kept: Kept) -> None:
    own = (await kept.library.add(PRIVATE, draft(channel="private"))).article
    assert await kept.library.articles(PRIVATE) == (own,)
    for scope in (HERE, Scope(community="here"), Scope(community="elsewhere", channel="private")):
        assert await kept.library.articles(scope) == ()
        assert await kept.library.current(scope, [own.id]) == {}
        for read in (kept.library.revision(scope, own.revision), kept.library.remove(scope, own.id)):
            with pytest.raises(NotFound):
                await read


async def test_the_same_words_in_a_private_channel_are_not_given_away(kept: Kept) -> None:
    private = await kept.library.add(PRIVATE, draft(by="Secret Ann", channel="private"))
    shared = await kept.library.add(HERE, draft())
    assert shared.outcome is Outcome.NEW
    assert shared.article.id != private.article.id


async def test_a_shared_article_is_already_here_in_a_channel_too_but_never_revised_from_it(
    kept: Kept,
) -> None:
    shared = await kept.library.add(HERE, draft())
    assert (await kept.library.add(PRIVATE, draft(channel="private"))).article == shared.article
    own = await kept.library.add(PRIVATE, draft("Secret.", channel="private"))
    assert (own.outcome, own.article.channel) == (Outcome.NEW, "private")
    assert await kept.library.articles(HERE) == (shared.article,)


async def test_an_article_cannot_be_put_into_another_channel(kept: Kept) -> None:
    with pytest.raises(NotAllowed):
        await kept.library.add(HERE, draft(channel="private"))


async def test_notices_are_said_with_a_change_and_only_then(kept: Kept) -> None:
    await kept.library.add(HERE, draft(), notices=[note("added")])
    await kept.library.add(HERE, draft(), notices=[note("nothing new")])
    claimed = await kept.outbox.claim("chat", stale_after_s=60)
    assert claimed is not None
    assert claimed.outgoing == note("added")
    await kept.outbox.sent(claimed, "1")
    assert await kept.outbox.claim("chat", stale_after_s=60) is None


async def test_an_article_without_passages_is_an_article_too(kept: Kept) -> None:
    added = await kept.library.add(HERE, draft(""))
    assert await kept.library.passages(HERE, added.article.id) == ()
    assert replace(added.article, words=0) == added.article


async def test_the_visible_articles_are_counted_with_their_languages(kept: Kept) -> None:
    assert (await kept.library.count(HERE), await kept.library.languages(HERE)) == (0, frozenset())
    await kept.library.add(HERE, draft("One.", source="file:/1", language="en"))
    german = (await kept.library.add(HERE, draft("Zwei.", source="file:/2", language="de"))).article
    await kept.library.add(HERE, draft("...", source="file:/3"))
    await kept.library.add(PRIVATE, draft("Trois.", source="file:/4", language="fr", channel="private"))
    await kept.library.add(Scope(community="elsewhere"), draft("Cinque.", source="file:/5", language="it"))
    assert (await kept.library.count(HERE), await kept.library.languages(HERE)) == (3, {"en", "de"})
    assert (await kept.library.count(PRIVATE), await kept.library.languages(PRIVATE)) == (
        4,
        {"en", "de", "fr"},
    )
    await kept.library.add(HERE, draft("Two.", source="file:/2", language="en"))
    assert await kept.library.languages(HERE) == {"en"}
    await kept.library.remove(HERE, german.id)
    assert await kept.library.count(HERE) == 2


async def test_each_point_of_the_changes_has_a_stamp_of_its_own_for_good(kept: Kept) -> None:
    assert await kept.library.stamp("here", 0) == 0
    stamps = []
    for text in ("One.", "Two.", "Three."):
        await kept.library.add(HERE, draft(text))
        stamps.append((await kept.library.changes("here", 0)).stamp)
    assert [await kept.library.stamp("here", point) for point in (1, 2, 3)] == stamps
    assert len({0, *stamps}) == 4
    assert (await kept.library.changes("here", 3)).stamp == stamps[-1]
    assert await kept.library.stamp("here", 4) == await kept.library.stamp("elsewhere", 1) == 0


async def test_two_libraries_with_the_same_articles_have_other_stamps(tmp_path: Path, clock: Clock) -> None:
    stamps = set()
    for name in ("one", "other"):
        async with sqlite(tmp_path / name, clock)() as kept:
            await kept.library.add(HERE, draft())
            stamps.add(await kept.library.stamp("here", 1))
    assert len(stamps) == 2


async def test_what_was_supplied_is_remembered_after_it_was_removed(kept: Kept) -> None:
    article = (await kept.library.add(HERE, draft(source="shipped:a"))).article
    await kept.library.note_supplied("here", ["shipped:a", "shipped:b"])
    await kept.library.note_supplied("here", ["shipped:a"])
    await kept.library.remove(HERE, article.id)
    assert await kept.library.supplied("here") == {"shipped:a", "shipped:b"}
    assert await kept.library.supplied("elsewhere") == frozenset()


async def test_what_was_said_of_an_article_stays_when_its_file_comes_again_and_says_nothing(
    kept: Kept,
) -> None:
    await kept.library.add(HERE, draft(author="Ann"))
    assert (await kept.library.add(HERE, draft())).outcome is Outcome.SAME
    changed = await kept.library.add(HERE, draft("Other words."))
    assert (changed.outcome, changed.article.particulars.author) == (Outcome.REVISED, "Ann")
