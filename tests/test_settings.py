from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import keys, load


def test_without_any_key_the_defaults_hold(tmp_path: Path) -> None:
    settings = load({}, tmp_path / ".env")
    assert settings.data == Path("data")
    assert settings.library
    assert not settings.warnings


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text('ROSTRUM_DATA="/a"\nROSTRUM_LIBRARY=off\n')
    settings = load({"ROSTRUM_DATA": "/b"}, dotenv)
    assert settings.data == Path("/b")
    assert not settings.library


def test_all_mistakes_are_reported_at_once_with_key_place_and_allowed_values(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("ROSTRUM_LIBRARY=perhaps\n")
    with pytest.raises(SettingsError) as caught:
        load({"ROSTRUM_ASKS_KEPT_DAYS": "0", "ROSTRUM_LOG_LEVEL": "loud"}, dotenv)
    assert caught.value.problems == [
        f"ROSTRUM_LIBRARY=perhaps in {dotenv}: must be on or off.",
        "ROSTRUM_ASKS_KEPT_DAYS=0 in the environment: must be a number of days from 1 to 3650.",
        "ROSTRUM_LOG_LEVEL=loud in the environment: must be debug, info, warning or error.",
    ]


def test_an_unknown_key_of_ours_is_a_warning_with_the_nearest(tmp_path: Path) -> None:
    settings = load(
        {"ROSTRUM_DTA": "x", "LLM_BASE_ULR": "y", "SLACK_BOT_TOKN": "z", "PATH": "p"}, tmp_path / ".env"
    )
    assert settings.warnings == (
        "I do not know the setting LLM_BASE_ULR. Did you mean LLM_BASE_URL?",
        "I do not know the setting ROSTRUM_DTA. Did you mean ROSTRUM_DATA?",
        "I do not know the setting SLACK_BOT_TOKN. Did you mean SLACK_BOT_TOKEN?",
    )


def test_a_key_that_later_versions_read_is_said_to_make_no_difference_yet(tmp_path: Path) -> None:
    (warning,) = load({"DISCORD_TOKEN": "abc"}, tmp_path / ".env").warnings
    assert "no Discord yet" in warning
    assert "abc" not in warning


def test_a_file_that_is_no_text_is_a_clear_mistake(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(SettingsError, match="cannot be read"):
        load({}, tmp_path / ".env")


def test_every_key_is_explained_in_the_example() -> None:
    example = (Path(__file__).parent.parent / ".env.example").read_text()
    for key in keys():
        assert f"{key}=" in example


def test_a_line_that_is_no_setting_is_named_by_its_number(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text('# fine\nROSTRUM_LIBRARY=off\njunk here\nROSTRUM_DATA="open\n')
    with pytest.raises(SettingsError) as caught:
        load({}, dotenv)
    assert caught.value.problems[0] == f"{dotenv}, line 3: is not KEY=value."
    assert any("line 4" in problem for problem in caught.value.problems)
