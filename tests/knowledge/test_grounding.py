"""What a checked answer promises: nothing is called verified that the passages do not say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.article import Passage
from bot.knowledge.grounding import Grounded, Sentence, Support, ground
from tests.knowledge.answers import Example, faulty, lightly_changed, reworded, verbatim

GROK = (
    "xAI released the weights of Grok 2 on 23 August 2025 under a custom licence, as ZDNET reported. "
    "The licence bars training other models on the outputs. The training data were not released. "
    "Grok 1.5 was never opened. Musk said “Grok 3 will be made open source in about six months”. "
    "The model has 120 billion parameters, and about a third of its tests failed."
)
RIVALS = (
    "OpenAI published gpt-oss on 5 August 2025 under Apache 2.0. A scientist with open weights can study "
    "more than a scientist with a closed interface. Advocates argue that openness helps research."
)
CAKE = "The bakery in the village sells bread and cake every morning, and nobody pays with a card there."
WEATHER = "Rain fell in the north for eleven days. The river rose by two metres and flooded three farms."


def passage(text: str, number: int = 1, *, language: str | None = "en", title: str = "A title") -> Passage:
    start = 100 * number
    return Passage(
        id=number,
        article=number,
        revision=number,
        channel=None,
        title=title,
        heading="",
        language=language,
        text=text,
        start=start,
        end=start + len(text),
    )


PASSAGES = tuple(passage(text, n) for n, text in enumerate((GROK, RIVALS, CAKE, WEATHER), start=1))


def one(answer: str, passages: Sequence[Passage] = PASSAGES, language: str | None = None) -> Sentence:
    grounded = ground(answer, passages, language=language)
    assert len(grounded.sentences) == 1, grounded
    return grounded.sentences[0]


def spanned(sentence: Sentence, passages: Sequence[Passage] = PASSAGES) -> str:
    assert sentence.span is not None
    source = passages[sentence.cites[0] - 1]
    return source.text[sentence.span[0] - source.start : sentence.span[1] - source.start]


@cache
def of(example: Example, number: int | None = None) -> Grounded:
    return ground(f"{example.sentence} [{number or example.right}]", example.passages)


def is_verified(example: Example) -> bool:
    """Whether all of it is verified, with the passage that says it among the sources."""
    sentences = of(example).sentences
    return bool(sentences) and all(
        sentence.support is Support.VERIFIED and example.right in sentence.cites for sentence in sentences
    )


@cache
def faithful() -> tuple[Example, ...]:
    """More than 700 sentences that say what their passage says; the freest rewordings are not among them."""
    return verbatim() + lightly_changed() + tuple(each for each in reworded() if each.kind != "strong")


@cache
def planted() -> dict[str, list[Example]]:
    """Faults by kind, in every fourth of the sentences that are verified without them."""
    by_kind: dict[str, list[Example]] = defaultdict(list)
    for each in filter(is_verified, faithful()[::4]):
        for fault in faulty(each):
            by_kind[fault.kind].append(fault)
    return by_kind


def share(examples: Iterable[Example]) -> float:
    verdicts = [is_verified(each) for each in examples]
    return sum(verdicts) / len(verdicts)


def test_of_what_is_said_faithfully_95_in_100_are_verified_with_the_right_number() -> None:
    assert len(verbatim()) + len(lightly_changed()) >= 200
    assert len(faithful()) >= 300
    assert share(faithful()) >= 0.95


def test_sentences_taken_over_or_lightly_changed_are_all_verified() -> None:
    assert share(verbatim()[::3] + lightly_changed()) == 1.0


@pytest.mark.parametrize("half", [0, 1])
def test_most_rewordings_by_hand_are_verified_in_either_half(half: int) -> None:
    examples = [each for n, each in enumerate(reworded()) if n % 2 == half and each.kind != "strong"]
    assert len(examples) >= 80
    assert share(examples) >= 0.85


def test_the_freest_rewordings_are_seldom_verified_and_never_with_a_wrong_number() -> None:
    for example in (each for each in reworded() if each.kind == "strong"):
        for sentence in of(example).sentences:
            assert sentence.support is not Support.VERIFIED or example.right in sentence.cites


KINDS = [
    "altered number",
    "number of the same passage",
    "exchanged numbers",
    "dropped not",
    "added not",
    "foreign name",
    "name of the same passage",
    "exchanged names",
    "antonym",
    "invented clause",
    "invented quotation",
    "altered quotation",
]


@pytest.mark.parametrize("kind", KINDS)
def test_no_planted_fault_is_called_verified(kind: str) -> None:
    faults = planted()[kind]
    assert len(faults) >= 20
    missed = [
        each.sentence for each in faults if all(s.support is Support.VERIFIED for s in of(each).sentences)
    ]
    assert missed == []


def test_there_are_no_other_kinds_of_faults_and_many_of_each() -> None:
    assert sorted(planted()) == sorted(KINDS)
    assert sum(map(len, planted().values())) >= 300


def test_a_wrong_number_is_mended_or_the_sentence_is_not_verified() -> None:
    mended = 0
    examples = [each for each in faithful()[::4] if is_verified(each)]
    for each in examples:
        wrong = each.right % len(each.passages) + 1
        for sentence in of(each, wrong).sentences:
            if sentence.support is Support.VERIFIED:
                assert sentence.cites == (each.right,)
                assert sentence.repointed
                mended += 1
    assert mended >= 0.95 * len(examples)


def test_no_quotation_that_is_made_up_keeps_its_marks() -> None:
    for kind in ("invented quotation", "altered quotation"):
        for fault in planted()[kind]:
            assert all('"' not in sentence.text for sentence in of(fault).sentences)


FAITHFUL = [
    "xAI released the weights of Grok 2 on August 23, 2025 [1].",
    "The weights of Grok 2 were released by xAI under a custom licence [1].",
    "According to ZDNET, xAI released the weights of Grok 2 under a custom licence [1].",
    "Training other models on the outputs is forbidden by the licence [1].",
    "Grok 2 was released in August 2025, but its training data were not released [1].",
    "Grok 1.5 has never been opened [1].",
    "The model has 120B parameters [1].",
    "OpenAI published gpt-oss under Apache 2.0 on 5 August 2025 [2].",
    "Research is helped by openness, advocates argue [2].",
    "Eleven days of rain fell in the north [4].",
    "The river rose by 2 metres and flooded 3 farms [4].",
]


@pytest.mark.parametrize("answer", FAITHFUL)
def test_the_same_in_other_words_is_verified(answer: str) -> None:
    sentence = one(answer)
    assert sentence.support is Support.VERIFIED, sentence
    assert sentence.why == ""
    assert not sentence.repointed


UNFAITHFUL = {
    "xAI released the weights of Grok 2 on 24 August 2025 [1].": "24 August 2025 is not in the source",
    "xAI released the weights of Grok 3 on 23 August 2025 under a custom licence [1].": "",
    "OpenAI released the weights of Grok 2 on 23 August 2025 under a custom licence [1].": "OpenAI",
    "xAI did not release the weights of Grok 2 on 23 August 2025 [1].": "no such “not”",
    "The training data were released [1].": "the source says not",
    "Grok 1.5 was opened [1].": "the source says not",
    "The licence allows training other models on the outputs [1].": "bars, not allows",
    "The model has 130 billion parameters [1].": "130 billion is not in the source",
    "About half of its tests failed [1].": "half is not in the source",
    "A scientist with a closed interface can study more than a scientist with open weights [2].": "other way",
    "Advocates argue that openness harms research [2].": "helps, not harms",
    "Critics argue that openness helps research [2].": "",
    "Everybody pays with a card in the bakery in the village [3].": "",
    "The bakery in the village sells bread and cake every evening [3].": "",
    "Rain fell in the south for eleven days [4].": "",
    "The river rose by three metres and flooded two farms [4].": "",
    "xAI sued ZDNET in August 2025 because of its report on the custom licence of Grok 2 [1].": "",
    "It is open [1].": "",
}


@pytest.mark.parametrize(("answer", "why"), UNFAITHFUL.items())
def test_what_departs_from_the_source_is_not_verified_and_says_why(answer: str, why: str) -> None:
    sentence = one(answer)
    assert sentence.support is not Support.VERIFIED, sentence
    assert sentence.why
    assert why in sentence.why


def test_doers_exchanged_are_noticed_in_either_voice() -> None:
    passages = [
        passage("Mozilla sued Oracle in 2021 over the name of a browser. The case was settled in 2022.")
    ]
    assert one("Oracle was sued by Mozilla in 2021 over the name of a browser [1].", passages).support is (
        Support.VERIFIED
    )
    for answer in (
        "Oracle sued Mozilla in 2021 over the name of a browser [1].",
        "Mozilla was sued by Oracle in 2021 over the name of a browser [1].",
    ):
        sentence = one(answer, passages)
        assert sentence.support is Support.UNSUPPORTED
        assert sentence.why == "the source has it the other way round"


def test_only_the_clause_without_the_negation_may_be_taken_over() -> None:
    passages = [passage("The town opened the new library in May 2020, but it did not open the old museum.")]
    assert one("The town opened the new library in May 2020 [1].", passages).support is Support.VERIFIED
    assert one("The town opened the old museum [1].", passages).support is not Support.VERIFIED


def test_a_sentence_may_rest_on_neighbouring_sentences() -> None:
    passages = [
        passage("Grok 2 came out in 2025. Its licence bars training other models. Nobody was surprised.")
    ]
    sentence = one("The licence of Grok 2 bars training other models [1].", passages)
    assert sentence.support is Support.VERIFIED
    assert "Its licence bars training other models." in spanned(sentence, passages)


def test_two_passages_may_bear_out_a_sentence_together() -> None:
    sentence = one(
        "xAI released the weights of Grok 2 on 23 August 2025, while "
        "OpenAI published gpt-oss on 5 August 2025 [1][2]."
    )
    assert sentence.support is Support.VERIFIED
    assert sentence.cites == (1, 2)


def test_of_several_numbers_only_those_that_say_it_are_shown() -> None:
    sentence = one("OpenAI published gpt-oss on 5 August 2025 under Apache 2.0 [3][2][4].")
    assert sentence.cites == (2,)
    assert not sentence.repointed


def test_the_span_is_the_sentence_in_the_revision() -> None:
    sentence = one("OpenAI published gpt-oss under Apache 2.0 on 5 August 2025 [2].")
    assert spanned(sentence) == "OpenAI published gpt-oss on 5 August 2025 under Apache 2.0."


def test_a_sentence_without_a_number_gets_that_of_the_passage_that_says_it() -> None:
    sentence = one("OpenAI published gpt-oss on 5 August 2025 under Apache 2.0.")
    assert (sentence.support, sentence.cites, sentence.repointed) == (Support.VERIFIED, (2,), False)
    lone = one("Penguins live in the far south and swim well.")
    assert (lone.support, lone.cites, lone.why) == (Support.UNSUPPORTED, (), "no source says this")


def test_numbers_out_of_range_and_placeholders_go() -> None:
    sentence = one("OpenAI published gpt-oss on 5 August 2025 under Apache 2.0 [9][source_id][0].")
    assert sentence.cites == (2,)
    assert sentence.text == "OpenAI published gpt-oss on 5 August 2025 under Apache 2.0."


def test_a_real_quotation_is_shown_in_the_words_of_the_source() -> None:
    sentence = one('Musk said "grok 3 will be made open-source in about six months" [1].')
    assert sentence.support is Support.VERIFIED
    assert sentence.text == "Musk said “Grok 3 will be made open source in about six months”."


def test_a_quotation_from_another_passage_moves_the_number() -> None:
    sentence = one("The bakery “sells bread and cake every morning” in the village [1].")
    assert (sentence.support, sentence.cites, sentence.repointed) == (Support.VERIFIED, (3,), True)
    assert "“sells bread and cake every morning”" in sentence.text


@pytest.mark.parametrize(
    ("quoted", "why"),
    [
        ("Grok 3 will never be made open source", "quotation not found"),
        ("Grok 3 will be made public in about six months", "the quotation is not word for word"),
        ("everything will be free for everybody soon", "quotation not found"),
        ("pays with a card there", "the quotation leaves out a “not”"),
    ],
)
def test_a_false_quotation_loses_its_marks_and_says_so(quoted: str, why: str) -> None:
    sentence = one(f"He said «{quoted}» [1].")
    assert sentence.support is Support.UNSUPPORTED
    assert sentence.why == why
    assert sentence.text == f"He said {quoted}."


def test_few_words_keep_their_marks_only_where_the_source_has_them() -> None:
    kept = one("OpenAI published gpt-oss on 5 August 2025 under ‘apache 2.0’ [2].")
    assert "“Apache 2.0”" in kept.text
    scare = one("OpenAI “published” its ‘so-called’ gpt-oss on 5 August 2025 under Apache 2.0 [2].")
    assert scare.text == "OpenAI “published” its so-called gpt-oss on 5 August 2025 under Apache 2.0."


@pytest.mark.parametrize(
    "answer",
    [
        "NOT_IN_SOURCES",
        "**NOT_IN_SOURCES**.",
        "NOT\\_IN\\_SOURCES [1]",
        "The answer is `NOT_IN_SOURCES`, I am afraid.",
        "xAI released Grok 2 [1]. NOT IN SOURCES",
        "> not_in_sources!",
        "",
        "[1][2]",
        "Answer:",
    ],
)
def test_a_refusal_is_known_whatever_is_around_it(answer: str) -> None:
    assert ground(answer, PASSAGES) == Grounded(sentences=(), refused=True)


def test_shares_count_the_sentences() -> None:
    grounded = ground(
        "xAI released the weights of Grok 2 on 23 August 2025 [1]. Penguins live in the far south. "
        "OpenAI published gpt-oss on 5 August 2025 [2]. Pigs can fly over high mountains [3].",
        PASSAGES,
    )
    assert (grounded.verified, grounded.unsupported, grounded.refused) == (0.5, 0.5, False)
    assert Grounded(sentences=(), refused=True).verified == 0.0


ABROAD = [
    ("xAI veröffentlichte am 23. August 2025 die Gewichte von Grok 2 [1].", "de", ""),
    ("Le 5 août 2025, OpenAI a publié gpt-oss sous Apache 2.0 [2].", "fr", ""),
    ("23 августа 2025 года xAI опубликовала веса Grok 2 [1].", "ru", ""),
    ("xAI在2025年8月23日发布了Grok 2的权重 [1]。", "zh", ""),
    (
        "xAI veröffentlichte die Gewichte am 24. August 2025 [1].",
        "de",
        "24. August 2025 is not in the source",
    ),
    ("Le modèle a 130 milliards de paramètres [1].", "fr", "130 milliards is not in the source"),
    ("OpenAI опубликовала веса Grok 2 [1].", "ru", "the name OpenAI is not in the source"),
]


@pytest.mark.parametrize(("answer", "language", "why"), ABROAD)
def test_in_another_language_only_figures_and_names_count_and_nothing_is_verified(
    answer: str, language: str, why: str
) -> None:
    sentence = one(answer, language=language)
    assert sentence.support is (Support.UNSUPPORTED if why else Support.WEAK)
    assert why in sentence.why if why else sentence.why == ""


def test_a_quotation_in_the_language_of_the_source_is_checked_in_any_answer() -> None:
    sentence = one("Die Bäckerei “sells bread and cake every morning” [3].", language="de")
    assert (sentence.support, sentence.why) == (Support.WEAK, "")
    assert "“sells bread and cake every morning”" in sentence.text
    assert one("Die Bäckerei “sells bread and cake each evening” [3].", language="de").why


OTHER_LANGUAGES = [
    ("de", "Die Bibliothek wurde am 3. Mai 2020 eröffnet. Das alte Museum wurde nicht verkauft.",
     "Am 3. Mai 2020 wurde die Bibliothek eröffnet.", "Das alte Museum wurde verkauft."),
    ("ru", "Город открыл новую библиотеку в 2020 году. Старый музей не был продан никому.",
     "В 2020 году город открыл новую библиотеку.", "Старый музей был продан."),
    ("zh", "该市于2020年开放了新的图书馆。旧博物馆没有出售给任何人。",
     "该市2020年开放了新的图书馆。", "旧博物馆出售给任何人。"),
    ("fr", "La ville a ouvert la nouvelle bibliothèque en 2020. Le vieux musée n'a pas été vendu.",
     "En 2020, la ville a ouvert la nouvelle bibliothèque.", "Le vieux musée a été vendu."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "right", "wrong"), OTHER_LANGUAGES)
def test_other_languages_are_compared_by_words_figures_and_negations(
    language: str, text: str, right: str, wrong: str
) -> None:
    passages = [passage(text, language=language), *PASSAGES[2:]]
    assert one(f"{right} [1]", passages).support is Support.VERIFIED
    assert one(f"{wrong} [1]", passages).support is not Support.VERIFIED
    assert one(f"{right.replace('2020', '2021')} [1]", passages).support is not Support.VERIFIED


def test_what_a_source_may_not_say_in_a_chat_is_not_quoted() -> None:
    passages = [passage("Click [here](http://evil.example/a) or tell @everyone about it now, they wrote.")]
    for quoted in ("or tell @everyone about it now", "Click [here](http://evil.example/a) or tell"):
        text = ground(f"They wrote “{quoted}” [1].", passages).sentences[0].text
        assert "@" not in text
        assert "[" not in text
        assert "//" not in text


PIECES = st.sampled_from(
    [
        "xAI", "released", "the weights", "of Grok 2", "on 23 August 2025", "not", "never", "“", "”", '"',
        "[1]", "[2]", "[1, 2]", "[1-9]", "[", "]", "(", ")", "[x](http://a.b/c)", "http://a.b/c?d", "www.a.b",
        "<@12>", "@everyone", "@", "<b>", "</b>", "**", "_", "`", "|", "#", "\n", "\n\n", "- ", ".", "?", "…",
        "NOT_IN", "OpenAI", "5 %", "two thirds", "2025-08-05", "3.5", "モデル", "公開", "ไม่", "не", "\u200b",
        "ｗｗｗ．", "［1］", "＠here", "120B", "than", "by", "more", "Musk said", "'", "“Grok 3 will be made",
        "open source in about six months”",
    ]
)  # fmt: skip
WORDS = st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=30).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300) | WORDS, st.sampled_from([None, "en", "de", "zh"]))
def test_whatever_is_written_no_more_than_words_comes_out(answer: str, language: str | None) -> None:
    for sentence in ground(answer, PASSAGES, language=language).sentences:
        assert sentence.text.strip()
        for unwanted in ("[", "]", "://", "@everyone", "<@", "\n", "**", "`"):
            assert unwanted not in sentence.text
        assert len(sentence.cites) <= 3
        assert all(1 <= number <= len(PASSAGES) for number in sentence.cites)
        assert (sentence.why == "") or sentence.support is not Support.VERIFIED
        if sentence.span is not None:
            source = PASSAGES[sentence.cites[0] - 1]
            assert source.start <= sentence.span[0] < sentence.span[1] <= source.end
        if sentence.support is Support.VERIFIED:
            assert sentence.span is not None
        cited = [" ".join(PASSAGES[number - 1].text.split()) for number in sentence.cites]
        for words in re.findall("“(.*?)”", sentence.text):
            assert all(any(part in text for text in cited) for part in words.split(" … "))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=4), WORDS)
def test_no_passage_is_too_odd_to_be_checked_against(texts: list[str], answer: str) -> None:
    passages = [passage(text, n, language=None) for n, text in enumerate(texts, start=1)]
    for sentence in ground(answer, passages).sentences:
        assert all(1 <= number <= len(passages) for number in sentence.cites)
