"""The quote rule for speeches: in quotation marks stay only words of an article, or of an earlier speech."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.debating.lengths import NOT_FOUND, count, cut
from bot.debating.misquoting import Wrong
from bot.debating.quoting import CheckedText, Earlier, Source, check_speech, quoted_in, safe, shortened
from bot.knowledge.article import Passage
from bot.knowledge.passages import split
from bot.knowledge.quotes import Difference, Status, check
from bot.knowledge.sentences import sentences
from bot.knowledge.wording import negates, wording

GROK = Source(
    id=7,
    article=1,
    title="What the licence of Grok 2 allows",
    date="2025-08-25",
    text=(
        "The licence of Grok 2 does not allow training other models with it.\n"
        "The Grok 2 model has 270 billion parameters and needs eight graphics cards. Critics call the "
        "licence “a fence around an open field” and ask for another one. It was posted on 23 August 2025."
    ),
)
LLAMA = Source(
    id=9,
    article=2,
    title="Llama",
    text="The Llama licence asks services with more than 700 million monthly users for a separate agreement.",
)
THEIRS = Earlier(
    id=3,
    text="Nobody has ever rebuilt such a model at home [1]. We rest.",
    who="Against the motion, first speaker",
    names=("Against the motion", "Bob"),
)
OURS = Earlier(
    id=2, text="Weights alone are half of the story.", who="For the motion, first speaker", is_own=True
)
USERS = "services with more than 700 million monthly users"
PARAMETERS = "has 270 billion parameters and needs eight graphics cards"


def checked(
    text: str, *, spoken: Sequence[Earlier] = (OURS, THEIRS), most: int = 4, **more: Any
) -> CheckedText:
    return check_speech(text, [GROK, LLAMA], spoken, most=most, **more)


def wrongs(text: str, **more: Any) -> list[Wrong]:
    return [fault.wrong for fault in checked(text, **more).faults]


def marked(text: str) -> list[str]:
    """What stands in quotation marks."""
    assert not set('"„«»') & set(text)
    return re.findall("“([^“”]*)”", text)


def passage(source: Source, id: int = 1) -> Passage:
    return Passage(
        id=id, article=source.article, revision=source.id, channel=None, title=source.title, heading="",
        language="en", text=source.text, start=0, end=len(source.text),
    )  # fmt: skip


# What stays.


def test_a_true_quotation_is_shown_in_the_sources_own_words_with_its_number() -> None:
    said = checked('It "HAS 270 billion parameters - and needs eight Graphics Cards", they write.')
    assert said.text == f"It “{PARAMETERS}” [1], they write."
    [source] = said.sources
    assert (source.n, source.article, source.revision, source.title) == (1, 1, 7, GROK.title)
    assert GROK.text[source.start : source.end] == source.quote == PARAMETERS
    assert source.date == "2025-08-25"
    assert said.faults == ()
    assert said.words == 12


def test_sources_are_numbered_in_the_order_of_their_first_use() -> None:
    said = checked(f"Of “{USERS}” it speaks. It “{PARAMETERS}”.")
    assert [source.revision for source in said.sources] == [9, 7]
    assert said.text == f"Of “{USERS}” [1] it speaks. It “{PARAMETERS}” [2]."


@pytest.mark.parametrize("marks", ['"{}"', "„{}“", "«{}»", "'{}'", "‘{}’", "「{}」", "“{}”"])
def test_quotation_marks_of_every_kind_count(marks: str) -> None:
    assert marked(checked(f"It {marks.format(PARAMETERS)}, they write.").text) == [PARAMETERS]
    false = PARAMETERS.replace("270", "271")
    assert wrongs(f"It {marks.format(false)}, they write.") == [Wrong.ALTERED]


def test_an_omission_is_shown_and_numbered_once() -> None:
    said = checked("It says “The Grok 2 model has … needs eight graphics cards”.")
    assert said.text == "It says “The Grok 2 model has … needs eight graphics cards” [1]."
    assert said.sources[0].quote == "The Grok 2 model has … needs eight graphics cards"
    assert GROK.text[said.sources[0].start : said.sources[0].end].startswith("The Grok 2 model has 270")


def test_a_quotation_within_the_words_of_an_article_gets_single_marks() -> None:
    said = checked('They write: «Critics call the licence "a fence around an open field" and ask».')
    assert said.text == "They write: “Critics call the licence ‘a fence around an open field’ and ask” [1]."


def test_a_few_words_of_ones_own_get_single_marks_and_no_fault() -> None:
    said = checked('A so-called "open" model is "not quite" that.')
    assert said.text == "A so-called ‘open’ model is ‘not quite’ that."
    assert said.faults == ()


def test_apostrophes_and_decades_are_no_quotation_marks() -> None:
    text = "It wasn't the developers' fault, nor in the '90s was it anybody's idea of fun."
    assert checked(text).faults == ()


def test_titles_and_words_that_everybody_knows_get_single_marks() -> None:
    motion = "This house would rather see AI governed by open competition."
    said = checked(
        f"“{motion}” is the motion; read “What the licence of Grok 2 allows” on it.", known=[motion]
    )
    assert said.text == f"‘{motion}’ is the motion; read ‘What the licence of Grok 2 allows’ on it."
    assert said.faults == ()


# What does not.


def test_an_altered_quotation_loses_its_marks_and_the_difference_is_told() -> None:
    said = checked("The model “has 271 billion parameters and needs eight graphics cards”, so there.")
    [fault] = said.faults
    assert (fault.wrong, fault.status) == (Wrong.ALTERED, Status.ALTERED)
    assert fault.differences == (Difference(quoted="271", stands="270"),)
    assert "there it says “270”, not “271”" in fault.told
    assert GROK.title in fault.told
    assert said.text == (
        f"The model has 271 billion parameters and needs eight graphics cards, so there {NOT_FOUND}."
    )
    assert said.sources == ()
    assert said.words == count(
        "The model has 271 billion parameters and needs eight graphics cards, so there."
    )


def test_words_that_stand_nowhere_lose_their_marks() -> None:
    said = checked("He said “the moon is made of very old cheese”. Next.")
    assert said.text == f"He said the moon is made of very old cheese {NOT_FOUND}. Next."
    assert [fault.wrong for fault in said.faults] == [Wrong.NOT_FOUND]


def test_a_left_out_not_is_told_with_the_whole_sentence() -> None:
    said = checked("So the licence does “allow training other models with it”.")
    [fault] = said.faults
    assert (fault.wrong, fault.status) == (Wrong.CLIPPED, Status.CLIPPED_NEGATION)
    assert "The licence of Grok 2 does not allow training other models with it." in fault.why
    assert marked(said.text) == []
    assert NOT_FOUND in said.text


def test_a_quotation_that_ends_right_before_its_not_is_clipped_too() -> None:
    text = "They taught the whole industry that the word costs nothing, and not that it is worth much."
    source = Source(id=1, article=1, title="Words", text=text)

    def wrong(quote: str) -> list[Wrong]:
        return [one.wrong for one in check_speech(f"They: “{quote}”.", [source], [], most=4).faults]

    assert wrong("taught the whole industry that the word costs") == [Wrong.CLIPPED]
    assert wrong("taught the whole industry that the word costs nothing") == []


def test_crumbs_beside_omissions_are_too_short_to_compare() -> None:
    assert wrongs("They say “Grok … eight cards … 2025 posted”.") == [Wrong.TOO_SHORT]


def test_more_quotations_than_a_speech_may_have_become_its_own_words() -> None:
    said = checked(f"First “{USERS}”. Then “{PARAMETERS}”. Last “posted on 23 August 2025”.", most=2)
    assert marked(said.text) == [USERS, PARAMETERS]
    assert [fault.wrong for fault in said.faults] == [Wrong.TOO_MANY]
    assert "Last posted on 23 August 2025 [3]." in said.text
    assert NOT_FOUND not in said.text


def test_the_same_quotation_twice_is_quoted_once() -> None:
    said = checked(f"First “{USERS}”. Again: “with more than 700 million monthly users”.")
    assert [fault.wrong for fault in said.faults] == [Wrong.REPEATED]
    assert marked(said.text) == [USERS]


# Words of the debate.


@pytest.mark.parametrize(
    "text",
    [
        "My opponent said “Nobody has ever rebuilt such a model at home”, which is bold.",
        "“Nobody has ever rebuilt such a model at home”, Bob told us.",
        "They sit against the motion. “Nobody has ever rebuilt such a model at home”: is that so?",
        "The first speaker: “Nobody has ever rebuilt such a model at home”.",
    ],
)
def test_words_of_the_other_side_may_be_quoted_where_it_is_named(text: str) -> None:
    said = checked(text)
    assert said.faults == ()
    assert marked(said.text) == ["Nobody has ever rebuilt such a model at home"]
    assert said.sources == ()


def test_words_of_the_debate_without_a_speaker_lose_their_marks() -> None:
    said = checked("It is true: “Nobody has ever rebuilt such a model at home”.")
    [fault] = said.faults
    assert (fault.wrong, fault.status) == (Wrong.UNATTRIBUTED, Status.FROM_DEBATE)
    assert THEIRS.who in fault.why
    assert said.text == "It is true: Nobody has ever rebuilt such a model at home."


def test_ones_own_sides_words_may_be_quoted_as_ones_own() -> None:
    assert wrongs("As I said before, “Weights alone are half of the story”.") == []
    assert wrongs("It is said: “Weights alone are half of the story”.") == [Wrong.UNATTRIBUTED]


@pytest.mark.parametrize(
    "invented",
    [
        "all models should be locked away for ever",
        "Weights alone are half of the story",
        "The Grok 2 model has 270 billion parameters",
        "Nobody has ever rebuilt such a car at home",
    ],
)
def test_words_that_the_other_side_did_not_say_are_not_put_into_its_mouth(invented: str) -> None:
    said = checked(f"My opponent claimed that “{invented}”.")
    assert [fault.wrong for fault in said.faults] == [Wrong.INVENTED]
    assert marked(said.text) == []
    assert NOT_FOUND in said.text


def test_an_article_that_the_other_side_never_spoke_of_may_be_quoted_against_it() -> None:
    assert (
        wrongs("The other side said nothing about this: “The Grok 2 model has 270 billion parameters”.") == []
    )
    assert wrongs("The other side quoted nothing, and “The Grok 2 model has 270 billion parameters”.") == []


# The writer's own numbers.


def test_the_writers_own_numbers_become_those_of_the_sources() -> None:
    said = checked(
        f"Large services must ask first [2]. The model “{PARAMETERS}” [1]. Nine is none [9] [source].",
        shown=[passage(GROK), passage(LLAMA, 2)],
    )
    assert said.text == (f"Large services must ask first [1]. The model “{PARAMETERS}” [2]. Nine is none.")
    assert [source.revision for source in said.sources] == [9, 7]
    assert said.sources[0].quote == LLAMA.text


def test_a_number_that_has_nothing_to_do_with_its_passage_goes() -> None:
    said = checked("Bananas ripen quicker in paper bags [1].", shown=[passage(LLAMA)])
    assert said.text == "Bananas ripen quicker in paper bags."
    assert said.sources == ()


def test_a_persons_numbers_mean_nothing() -> None:
    assert (
        checked("It is so [1], and according to [2], so it stays [3].").text == "It is so, and, so it stays."
    )


# Nothing in it acts.


@pytest.mark.parametrize(
    "text",
    [
        "@everyone look <@1234> and @here",
        "# For\n\nSee [this](https://evil.example) or https://evil.example/x now.",
        "![x](http://evil.example/i.png) **bold** `code`",
        "> a quoted line\n>> and another",
        "<b>Tags</b> and <script>alert(1)</script>",
        "[7] [[8]] a [word] in brackets",
    ],
)
def test_a_speech_carries_nothing_that_a_chat_would_act_on(text: str) -> None:
    said = checked(text).text
    for bad in ("@", "http", "evil", "](", "**", "`", "<b", "<script", "[", "]"):
        assert bad not in said
    assert not re.search(r"^\s*[>#]", said, re.MULTILINE)


def test_paragraphs_and_lists_are_kept() -> None:
    text = "One thing.\n\n- A point.\n- Another point.\n\nThe end."
    assert checked(text).text == text


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_checked(text: str) -> None:
    said = checked(text)
    assert said.words == count(said.text)
    assert all(
        check(words, GROK, elsewhere=[LLAMA]).status is not Status.NOT_FOUND for words in marked(said.text)
    )
    assert safe(safe(text)) == safe(text)


FRAGMENTS = st.lists(
    st.sampled_from(
        ["“", "”", '"', "'", "The Grok 2 model has 270 billion parameters", "and needs", " [1]", "[2].", ". ",
         "\n\n", "My opponent said ", "Nobody has ever rebuilt such a model at home", ", ", "not ", "…", "> ",
         "moon is made of cheese entirely "]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(FRAGMENTS)
def test_whatever_is_written_only_real_words_stay_in_quotation_marks(text: str) -> None:
    said = checked(text, shown=[passage(GROK), passage(LLAMA, 2)])
    for words in marked(said.text):
        real = check(words, GROK, elsewhere=[LLAMA], speeches=[OURS, THEIRS]).status
        assert real in (Status.VERIFIED, Status.VERIFIED_ELSEWHERE, Status.FROM_DEBATE)
    numbers = [int(n) for n in re.findall(r"\[(\d+)\]", said.text)]
    assert list(dict.fromkeys(numbers)) == [source.n for source in said.sources]
    assert said.text.count("“") == said.text.count("”") == len(marked(said.text))


# Cutting.


def test_a_speech_is_cut_behind_its_last_sentence_with_the_sources_that_are_left() -> None:
    said = checked(f"One two three. It “{PARAMETERS}”. Of “{USERS}” more.")
    short = shortened(said, 14)
    assert short.text == f"One two three. It “{PARAMETERS}” [1]."
    assert [source.n for source in short.sources] == [1]
    assert short.words == 13
    assert shortened(said, 500) == said


@given(FRAGMENTS, st.integers(0, 40))
def test_what_is_cut_has_no_more_words_and_no_half_quotation(text: str, most: int) -> None:
    said = checked(text)
    short = shortened(said, most)
    assert short.words <= most or short == said
    assert short.text.count("“") == short.text.count("”")
    assert {source.n for source in short.sources} == {int(n) for n in re.findall(r"\[(\d+)\]", short.text)}


def test_a_first_sentence_that_is_too_long_is_cut_between_words() -> None:
    assert cut("He said “one two three four five six” and more", 4) == "He said one two …"


def test_words_are_counted_without_numbers_and_marks() -> None:
    assert count(f"- One two [1] three {NOT_FOUND}. [12]") == 3
    assert count("模型开放权重") == 3
    assert count("state-of-the-art models, 3.5 % – really") == 4


# A hundred false ones and a hundred true ones out of the articles that ship.

ARTICLES = sorted((Path(__file__).parents[2] / "articles").glob("*.md"))


def library() -> list[Source]:
    found = []
    for number, file in enumerate(ARTICLES, 1):
        body = file.read_text(encoding="utf-8").split("---\n", 2)[2]
        found.append(Source(id=number, article=number, text=body, title=file.stem))
    return found


LIBRARY = library()


def quotable(seed: int, size: int) -> list[tuple[Source, str]]:
    """Sentences out of the articles, at random, of eight words or more and without quotation marks."""
    pool = [
        (source, " ".join(source.text[start:end].split()))
        for source in LIBRARY
        for start, end in sentences(source.text, "en")
    ]
    pool = [each for each in pool if len(each[1].split()) >= 8 and not set("\"“”#'’()[]") & set(each[1])]
    return random.Random(seed).sample(pool, size)  # noqa: S311


def swapped(words: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(2, len(words) - 2)
    return [*words[:at], "gardeners", *words[at + 1 :]]


def renumbered(words: list[str], rng: random.Random) -> list[str]:
    text = " ".join(words)
    changed = re.sub(r"\d+", lambda found: str(int(found[0]) + 1), text, count=1)
    return changed.split() if changed != text else [*words[:3], "17", *words[3:]]


def without_negation(words: list[str], rng: random.Random) -> list[str]:
    kept = [word for word in words if not negates(word, wording(word))]
    return kept if len(kept) < len(words) else [*words[:4], "never", *words[4:]]


def without_clause(words: list[str], rng: random.Random) -> list[str]:
    middle = len(words) // 2
    return [*words[: middle - 1], *words[middle + 1 :]]


def reordered(words: list[str], rng: random.Random) -> list[str]:
    return [*words[:2], words[3], words[2], *words[4:]]


ALTERATIONS = (swapped, renumbered, without_negation, without_clause, reordered)


def test_of_a_hundred_altered_quotations_none_is_kept() -> None:
    rng = random.Random(11)  # noqa: S311
    kept = []
    for n, (_, sentence) in enumerate(quotable(1, 100)):
        altered = " ".join(ALTERATIONS[n % len(ALTERATIONS)](sentence.split(), rng)).rstrip(".")
        if [t.form for t in wording(altered)] == [t.form for t in wording(sentence)]:
            continue
        said = check_speech(f"One author wrote: “{altered}”. That is all.", LIBRARY, [], most=4)
        kept += marked(said.text)
        assert len(said.faults) == 1
    assert kept == []


def dressed_up(sentence: str, n: int) -> str:
    """The same words with other punctuation, case and typography."""
    changes = (
        str.upper,
        lambda text: text.replace(",", "").replace(";", " -"),
        lambda text: text.replace("-", "‑").replace(" ", "\u00a0", 2),
        lambda text: text.rstrip(".") + "!",
        lambda text: text[:1].lower() + text[1:].replace(",", ";"),
        lambda text: text.replace("fi", "ﬁ").replace("ff", "ﬀ"),
        lambda text: f"… {text.rstrip('.')} …",
    )
    return changes[n % len(changes)](sentence)


def test_of_a_hundred_true_quotations_in_other_dress_nearly_all_are_kept() -> None:
    kept = 0
    for n, (source, sentence) in enumerate(quotable(2, 100)):
        opening, closing = ('""', "“”", "„“", "«»", "''")[n % 5]
        text = f"One author wrote: {opening}{dressed_up(sentence, n)}{closing}. That is all."
        said = check_speech(text, LIBRARY, [], most=4)
        kept += marked(said.text) != []
        for one in said.sources:
            assert one.revision == source.id or one.quote in source.text
            assert LIBRARY[one.revision - 1].text[one.start : one.end] == one.quote
    assert kept >= 98


def test_only_quotations_that_can_be_compared_are_looked_up() -> None:
    assert quoted_in(
        'An "open" one, and “five words of some article”, twice “five words of some article”.'
    ) == ["five words of some article"]


def test_the_passages_of_an_article_are_where_its_numbers_point() -> None:
    source = LIBRARY[0]
    spans = split(source.text, "en")
    shown = [
        Passage(
            id=n, article=1, revision=1, channel=None, title="", heading=span.heading, language="en",
            text=source.text[span.start : span.end], start=span.start, end=span.end,
        )
        for n, span in enumerate(spans)
    ]  # fmt: skip
    said = check_speech("GPT-2 came with open weights in 2019 [1].", LIBRARY, [], most=4, shown=shown)
    [one] = said.sources
    assert "GPT-2" in one.quote
    assert source.text[one.start : one.end] == one.quote
