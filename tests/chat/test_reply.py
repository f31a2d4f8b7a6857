from __future__ import annotations

import pytest

from bot.chat.reply import Button, Source, Sources


def test_a_button_carries_what_every_platform_can() -> None:
    button = Button("l" * 80, "a" * 100)
    assert (len(button.label), len(button.action)) == (80, 100)


@pytest.mark.parametrize(("label", "action"), [("l" * 81, "a"), ("l", "a" * 101)])
def test_a_button_that_no_platform_can_carry_is_refused(label: str, action: str) -> None:
    with pytest.raises(ValueError, match="too long for a button"):
        Button(label, action)


def test_sources_are_grouped_by_article_in_the_order_of_their_numbers() -> None:
    entries = tuple(Source(n=n, article=article, title="") for n, article in ((1, 7), (2, 5), (3, 7)))
    groups = Sources(entries).by_article()
    assert [[source.n for source in group] for group in groups] == [[1, 3], [2]]
