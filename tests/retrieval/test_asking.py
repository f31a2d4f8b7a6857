import pytest

from bot.retrieval.asking import wanted
from bot.retrieval.index import PassageIndex
from tests.retrieval.shelf import passage

INDEX = PassageIndex.in_memory(
    [
        passage("The government released the weights of the model to researchers."),
        passage("Researchers studied the model and its licence for a year."),
        passage("A committee of the parliament asked for transparency of training data at the top."),
    ]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("govermnent", "government"),
        ("wieghts", "weights"),
        ("modl", "model"),
        ("licance", "licence"),
        ("resaerchrs", "researchers"),
        ("parliment", "parliament"),
        ("transperancy", "transparency"),
    ],
)
def test_a_misspelt_word_is_taken_for_the_nearest(typed: str, meant: str) -> None:
    asked = wanted(f"What about {typed}?", INDEX)
    assert asked.corrected == {typed: meant}
    assert INDEX.search(asked, 10)


@pytest.mark.parametrize(
    "word",
    [
        "spaghetti",
        "kubernetes",
        "year",
        "years",
        "2026",
        "mode",
        "stud",
        "codel",
        "lodel",
        "stop",
        "zzz",
        "tax",
        "Yeas",
        "权重",
    ],
)
def test_a_word_that_may_be_right_is_left_alone(word: str) -> None:
    assert wanted(f"What about {word}?", INDEX).corrected == {}


def test_a_misspelt_inflection_is_taken_for_a_word_of_the_same_stem() -> None:
    assert wanted("Was it goverend?", INDEX).corrected == {}
    assert wanted("Who was stated?", INDEX).corrected == {}
    assert wanted("Is it transparrent?", INDEX).corrected == {"transparrent": "transparency"}


def test_a_slip_in_a_stop_word_drops_it() -> None:
    assert wanted("Whihc licence? For the", INDEX).terms.keys() == {"whihc", "licenc"}
    assert wanted("licence fo teh model", PassageIndex.in_memory([passage("the model")])).corrected == {}


def test_a_corrected_word_counts_less_than_a_right_one() -> None:
    right, wrong = wanted("licence", INDEX), wanted("licance", INDEX)
    assert wrong.terms["licenc"] < right.terms["licenc"]
    assert wrong.weights == right.weights


def test_a_repeated_word_counts_twice() -> None:
    once, twice = wanted("model", INDEX), wanted("model, model", INDEX)
    assert twice.terms["model"] == 2 * once.terms["model"]
    assert twice.ceiling == pytest.approx(2 * once.ceiling)
    assert twice.pairs == ()


def test_neighbours_are_wanted_together() -> None:
    assert wanted("transparency of training data", INDEX).pairs == (("transpar", "train"), ("train", "data"))


def test_pairs_of_characters_are_no_neighbours() -> None:
    index = PassageIndex.in_memory([passage("模型的权重已经公开。", language="zh")])
    assert wanted("模型的权重", index).pairs == ()


def test_a_pair_of_characters_weighs_half_because_they_weigh_too() -> None:
    index = PassageIndex.in_memory([passage("模型权重", language="zh"), passage("公开", language="zh")])
    weights = wanted("模型", index).weights
    assert weights["模型"] == pytest.approx(weights["模"] / 2)


def test_the_only_language_of_an_index_is_the_questions() -> None:
    index = PassageIndex.in_memory([passage("Die Gewichte wurden veröffentlicht.", language="de")])
    assert index.search(wanted("Gewicht", index), 10)


def test_in_a_mixed_index_a_question_is_read_in_its_language() -> None:
    index = PassageIndex.in_memory(
        [
            passage("Die Gewichte wurden veröffentlicht.", language="de"),
            passage("The weights were released.", language="en"),
            passage("The licence allows research.", language="en"),
        ]
    )
    assert wanted("Wann wurden die Gewichte veröffentlicht?", index).terms.keys() == {
        "gewicht",
        "veroffentlicht",
    }
    assert wanted("released weights", index).terms.keys() == {"releas", "weight"}
    assert wanted("Gewichten", index).terms.keys() == {"gewicht"}


def test_passages_that_do_not_say_are_read_in_the_language_they_show() -> None:
    text = "Die Gewichte des Modells wurden unter einer Lizenz veröffentlicht, die jedem die Nutzung erlaubt."
    assert PassageIndex.in_memory([passage(text, language=None)]).languages == {"de": 1}


def test_an_inflection_is_taken_for_its_word_without_a_notice() -> None:
    asked = wanted("What was transparenc?", INDEX)
    assert asked.corrected == {}


def test_a_stop_word_with_a_slip_alone_is_left_as_it_is() -> None:
    assert wanted("teh", PassageIndex.in_memory([passage("the model")])).corrected == {}
