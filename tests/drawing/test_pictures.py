"""Pictures are drawn light and dark, tell no more than may be told, and say the same in words."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from bot.debating.ballots import Cast, Choice, Result, Told, result
from bot.drawing import MatplotlibPictures
from bot.drawing.canvas import Canvas
from bot.drawing.palette import SMALLEST
from tests.debating.scenes import card, debate, heard, speech, with_struck

MOTION = "This house would forbid the release of weights of any model that fails a dangerous-capability test."
FOR, AGAINST, UNDECIDED = Choice.FOR, Choice.AGAINST, Choice.UNDECIDED
MOVES = ((FOR, FOR), (AGAINST, FOR), (AGAINST, AGAINST), (UNDECIDED, FOR), (UNDECIDED, AGAINST))


def voted(voters: int) -> Result:
    pairs = [MOVES[n % len(MOVES)] for n in range(voters)]
    return result([Cast(before=before, after=after) for before, after in pairs])


def size(file: Path) -> tuple[int, int]:
    head = file.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", head[16:])
    return width, height


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """Every text that is drawn, and how high its letters are, in pixels."""
    drawn: list[tuple[str, float]] = []
    text = Canvas.text

    def noted(self: Canvas, x: float, y: float, said: str, height: float, **how: object) -> None:
        drawn.append((said, height))
        text(self, x, y, said, height, **how)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(Canvas, "text", noted)
    return drawn


async def test_a_debate_in_which_nobody_voted_has_no_picture_of_votes(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no picture"):
        await MatplotlibPictures().swing(voted(0), MOTION, tmp_path)
    assert not (tmp_path / "swing.png").exists()


@pytest.mark.parametrize("voters", [1, 3, 8, 40])
async def test_each_picture_comes_light_and_dark_in_one_size(tmp_path: Path, voters: int) -> None:
    picture = await MatplotlibPictures().swing(voted(voters), MOTION, tmp_path)
    assert picture.path == str(tmp_path / "swing.png")
    light, dark = tmp_path / "swing.png", tmp_path / "swing-dark.png"
    assert size(light) == size(dark) == (1080, 1350)
    assert light.read_bytes() != dark.read_bytes()


async def test_below_the_quorum_the_picture_and_its_words_tell_the_turnout_and_no_choice(
    tmp_path: Path, letters: list[tuple[str, float]]
) -> None:
    picture = await MatplotlibPictures().swing(voted(3), "Cats are better.", tmp_path)
    said = " ".join([picture.alt, *(text for text, _ in letters)]).casefold()
    assert "3 of 5 needed" in said
    assert "no verdict" in said
    assert not {"against", "undecided", "points", "%"} & set(said.replace(".", " ").split())


async def test_from_the_quorum_on_the_words_tell_every_number_of_the_picture(tmp_path: Path) -> None:
    eight = voted(8)
    picture = await MatplotlibPictures().swing(eight, MOTION, tmp_path)
    assert eight.before is not None
    assert all(f"{count} {choice}" in picture.alt for choice, count in eight.before.items())
    assert eight.sentence in picture.alt


async def test_from_twelve_on_the_words_tell_who_moved_where(tmp_path: Path) -> None:
    many = voted(40)
    assert many.told is Told.FLOW
    picture = await MatplotlibPictures().swing(many, MOTION, tmp_path)
    assert "8 from against to for" in picture.alt


@pytest.mark.parametrize("voters", [3, 8, 40])
async def test_no_letter_is_too_small_on_a_phone(
    tmp_path: Path, letters: list[tuple[str, float]], voters: int
) -> None:
    pictures = MatplotlibPictures()
    await pictures.swing(voted(voters), MOTION, tmp_path)
    await pictures.timeline(heard(speech(), card(), speech()), tmp_path)
    assert letters
    assert min(height for _, height in letters) >= SMALLEST >= 30


async def test_a_timeline_tells_each_turn_and_what_became_of_it(tmp_path: Path) -> None:
    state = with_struck(heard(speech(), speech(), speech()), 2)
    picture = await MatplotlibPictures().timeline(state, tmp_path)
    assert size(tmp_path / "timeline.png") == (1080, 1350)
    assert "1. Opening, for" in picture.alt
    assert "struck" in picture.alt


@pytest.mark.parametrize(
    "text", ["開放權重 " * 20, "مفتوح", "x" * 300, "$ \\frac{1}{2} _a^b $ & <b>", "🦆 ducks"]
)
async def test_any_motion_can_be_drawn(tmp_path: Path, text: str) -> None:
    await MatplotlibPictures().swing(voted(8), text, tmp_path)
    assert size(tmp_path / "swing.png") == (1080, 1350)


async def test_a_debate_in_which_nobody_spoke_has_a_timeline_as_well(tmp_path: Path) -> None:
    picture = await MatplotlibPictures().timeline(debate(), tmp_path)
    assert "Nobody spoke." in picture.alt
