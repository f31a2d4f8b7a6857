import sys
import threading
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.stems import stems_of
from bot.knowledge.stopwords import STOP_WORDS
from bot.knowledge.tokens import is_gram, query_tokens, query_words, stop_words, tokens, words


def test_words_are_folded_and_stemmed() -> None:
    assert tokens("The Weights were RELEASED", "en") == ["the", "weight", "were", "releas"]


def test_without_a_stemmer_words_are_only_folded() -> None:
    assert tokens("Released Ωmega", None) == ["released", "ωmega"]


def test_snake_case_is_split() -> None:
    assert tokens("open_source_model", "en") == tokens("open source model", "en")


def test_camel_case_comes_whole_and_in_parts() -> None:
    assert tokens("openWeights", None) == ["openweights", "open", "weights"]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1,000", "1000"),
        ("1.000.000,50", "1000000.50"),
        ("3.5", "3.5"),
        ("١٢٣", "123"),
        ("२०२५", "2025"),
        ("２０２５", "2025"),
    ],
)
def test_a_number_is_one_token_however_written(written: str, number: str) -> None:
    assert tokens(written, None) == [number]


def test_the_parts_of_a_date_stay_apart() -> None:
    assert tokens("12.05.2020", None) == ["12", "05", "2020"]


def test_contractions_leave_the_word() -> None:
    assert tokens("Grok's weights don't", "en") == ["grok", "weight", "do"]


def test_marks_stay_inside_words() -> None:
    assert words("नहीं किताबें", "hi") == ["नहीं", "किताबें"]


def test_every_mark_of_the_common_scripts_is_part_of_a_word() -> None:
    marks = [chr(code) for code in range(0x300, 0x1C38) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
    apart = [mark for mark in marks if len(words(f"क{mark}क", None)) != 1]
    assert [f"{ord(mark):04x}" for mark in apart if not is_gram(mark)] == []


def test_composed_and_decomposed_spellings_agree() -> None:
    for text, language in [("größte", "de"), ("Việt", "vi"), ("लड़के", "hi"), ("ёлка", "ru")]:
        assert tokens(unicodedata.normalize("NFD", text), language) == tokens(text, language)


def test_accents_left_out_are_found() -> None:
    assert tokens("naïve café", "en") == tokens("naive cafe", "en")
    assert tokens("información", "es") == tokens("informacion", "es")
    assert tokens("Größe", "de") == tokens("Grosse", "de")


def test_vietnamese_keeps_its_tones_apart() -> None:
    assert len(set(tokens("ma má mà mả mã mạ", "vi"))) == 6


def test_turkish_letters_fold_as_in_turkish() -> None:
    assert words("İstanbul ISI", "tr") == ["istanbul", "ısı"]


def test_chinese_comes_in_pairs_then_characters() -> None:
    assert tokens("黑豹队", "zh") == ["黑豹", "豹队", "黑", "豹", "队"]
    assert tokens("茶", "zh") == ["茶"]


def test_numbers_and_latin_among_chinese_stand_alone() -> None:
    assert tokens("得308分NFL", "zh") == ["得", "308", "分", "nfl"]


def test_japanese_and_korean_come_in_pairs() -> None:
    assert tokens("パンダ", "ja") == ["パン", "ンダ"]
    assert tokens("대한민국", "ko") == ["대한", "한민", "민국"]


def test_thai_comes_in_triples() -> None:
    assert tokens("เมือง", "th") == ["เมื", "มือ", "ือง"]


def test_questions_lose_question_and_stop_words() -> None:
    assert query_tokens("How many weights were released, and why?", "en") == ["weight", "releas"]
    assert query_tokens("黑豹队得了多少分？", "zh") == tokens("黑豹队得了 分", "zh")
    assert query_tokens("quien es el presidente", "es") == ["president"]


def test_a_question_of_stop_words_keeps_them() -> None:
    assert query_tokens("What is it?", "en") == ["what", "is", "it"]
    assert query_tokens("什么", "zh") == tokens("什么", "zh")


def test_repeated_words_stay_repeated() -> None:
    assert query_tokens("models, models, models", "en") == ["model"] * 3


@pytest.mark.parametrize("language", sorted(STOP_WORDS))
def test_every_listed_stop_word_is_dropped(language: str) -> None:
    rare = "xylophonix"
    assert query_words(f"{STOP_WORDS[language]} {rare}", language) == [rare]


@given(st.text(), st.sampled_from(["en", "de", "tr", "zh", "th", "hi", "ar", "el", "vi", None, "xx"]))
def test_any_text_has_tokens_without_white_space(text: str, language: str | None) -> None:
    found = tokens(text, language)
    assert len(found) == len(words(text, language))
    assert all(token and len(token.split()) == 1 for token in found)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_query_tokens_are_tokens(text: str) -> None:
    assert set(query_tokens(text, "en")) <= set(tokens(text, "en"))


def test_threads_agree_on_stems() -> None:
    made = [f"{'ab'[number % 2]}{number}running" for number in range(2000)]
    found: list[list[str]] = []
    stems_of.cache_clear()
    work = [threading.Thread(target=lambda: found.append(tokens(" ".join(made), "en"))) for _ in range(4)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert all(one == found[0] for one in found)


def test_stop_words_of_an_unknown_language_are_none() -> None:
    assert stop_words("xx") == frozenset()
    assert stop_words(None) == frozenset()
    assert sys.intern("the") in stop_words("en")


def test_british_and_american_spellings_are_one_token() -> None:
    for british, american in (("licence", "licensed"), ("behaviour", "behavior"), ("organise", "organizes")):
        assert tokens(british, "en") == tokens(american, "en")
    assert tokens("size", "en") != tokens("sis", "en")
