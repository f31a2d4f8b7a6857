"""What people call seats, holders and turns."""

from __future__ import annotations

import pytest

from bot.debating.describing import holder_title, seat_title, slot_title
from bot.debating.events import At
from bot.debating.speech import Cards, Holder, Machine, Vacant
from tests.debating.building import ANN, GEMMA, opened, person


def test_a_seat_is_named_by_its_side_and_its_place_on_it() -> None:
    format = opened("oxford").state.format
    assert seat_title(format, "for.2") == "For the motion, second speaker"
    with pytest.raises(KeyError):
        seat_title(format, "middle.1")


def test_the_only_seat_of_a_side_has_no_place() -> None:
    assert seat_title(opened().state.format, "against.1") == "Against the motion"


@pytest.mark.parametrize(
    ("holder", "title"),
    [
        (person(ANN), "Ann"),
        (GEMMA, "gemma on this machine (Ollama), open weights"),
        (Machine("local"), "local"),
        (Cards(), "evidence cards"),
        (Vacant(), "open seat"),
    ],
)
def test_holders_are_named(holder: Holder, title: str) -> None:
    assert holder_title(holder) == title


def test_a_place_is_named_by_its_turn() -> None:
    assert slot_title(opened().state, At(2)) == "Rebuttal"
