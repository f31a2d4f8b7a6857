import pytest

from bot.retrieval.collection import MemoryCollections
from tests.retrieval.shelf import passage

PASSAGES = [
    passage("The panther defence gave up just 308 points in the season.", id=0, article=1),
    passage("The stadium of the team was built by the city in 1996.", id=1, article=1),
    passage("The defence of the castle was given up in the siege.", id=2, article=2),
]


def test_a_collection_brings_passages_with_scores_and_weights() -> None:
    findings = MemoryCollections().build(PASSAGES).find("How many points did the panthers give up?", limit=2)
    assert findings.hits[0].passage == PASSAGES[0]
    assert 0 < findings.hits[0].score <= findings.ceiling * 1.2
    assert set(findings.weights) == {"point", "panther", "give", "up"}
    assert findings.query == "How many points did the panthers give up?"


def test_articles_that_are_away_do_not_come_and_their_words_are_unknown() -> None:
    full = MemoryCollections().build(PASSAGES)
    rest = full.without([1])
    findings = rest.find("panther defence", limit=10)
    assert [hit.passage.id for hit in findings.hits] == [2]
    fresh = MemoryCollections().build(PASSAGES[2:]).find("panther defence", limit=10)
    assert findings.weights == pytest.approx(fresh.weights)
    assert findings.ceiling == pytest.approx(fresh.ceiling)


def test_the_full_collection_is_as_it_was() -> None:
    full = MemoryCollections().build(PASSAGES)
    full.without([1, 2])
    assert len(full.find("defence", limit=10).hits) == 2


def test_the_language_is_recognised_from_the_corpus() -> None:
    texts = [
        "Die Verteidigung der Stadt wurde im Winter aufgegeben.",
        "Das Stadion wurde von der Stadt gebaut.",
    ]
    built = MemoryCollections().build([passage(text, id=at, language=None) for at, text in enumerate(texts)])
    (hit,) = built.find("Stadions", limit=10).hits
    assert hit.passage.language == "de"
    assert hit.passage.text == texts[1]
