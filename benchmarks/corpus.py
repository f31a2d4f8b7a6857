"""Made-up passages and questions: words that follow Zipf's law, some of them inflected."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate

from bot.knowledge.article import Passage

SEED = 20
PASSAGES_AN_ARTICLE = 10
_WORDS = 60_000
_SENTENCE = 15
_SENTENCES = 7
_FUNCTION_WORDS = "the of and to a in is that for it as was with on by are this be at from"
_ENDINGS = ("", "", "", "s", "ed", "ing", "ly")
_BEGINNINGS = "b c d f g h j k l m n p r s t v w z br cl dr fl gr pl pr sk st str th tr"
_MIDDLES = "a e i o u ai ea ie oa ou"
_CLOSES = "b d g k l m n p r s t x nd nt rk st"


class Corpus:
    """The same passages and questions on every machine and in every run."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)
        made: dict[str, None] = dict.fromkeys(_FUNCTION_WORDS.split())
        while len(made) < _WORDS:
            made[self._word()] = None
        self._words = list(made)
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self._words))))

    def article(self, number: int) -> list[Passage]:
        """The ten passages of an article."""
        title = " ".join(self._draw(6))
        first = number * PASSAGES_AN_ARTICLE
        return [self._passage(first + place, number, title) for place in range(PASSAGES_AN_ARTICLE)]

    def passages(self, count: int) -> list[Passage]:
        """So many passages, from article 0 on."""
        articles = (self.article(number) for number in range(-(-count // PASSAGES_AN_ARTICLE)))
        return [passage for article in articles for passage in article][:count]

    def questions(self, passages: list[Passage], count: int) -> Iterator[str]:
        """Questions of about ten words, taken from passages."""
        for passage in self._random.choices(passages, k=count):
            words = passage.text.split()
            at = self._random.randrange(len(words) - 8)
            yield "what is the " + " ".join(words[at : at + 8]).replace(".", "")

    def _passage(self, number: int, article: int, title: str) -> Passage:
        text = " ".join(" ".join(self._draw(_SENTENCE)) + "." for _ in range(_SENTENCES))
        return Passage(
            id=number, article=article, revision=article, channel=None, title=title, heading="",
            language="en", text=text, start=0, end=len(text),
        )  # fmt: skip

    def _draw(self, count: int) -> list[str]:
        drawn = self._random.choices(self._words, cum_weights=self._weights, k=count)
        return [word + self._random.choice(_ENDINGS) if len(word) > 4 else word for word in drawn]

    def _word(self) -> str:
        syllables = self._random.randint(1, 3)
        sounds = [_BEGINNINGS, _MIDDLES] * syllables + [_CLOSES]
        return "".join(self._random.choice(among.split()) for among in sounds)
