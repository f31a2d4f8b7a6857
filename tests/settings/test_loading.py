"""What is read from the environment and `.env`, and how mistakes in them are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, declared, keys, load

EXAMPLE = Path(__file__).parent.parent.parent / ".env.example"


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
    (warning,) = load({"SLACK_BOT_TOKEN": "abc"}, tmp_path / ".env").warnings
    assert "no Slack yet" in warning
    assert "abc" not in warning


def test_without_a_word_about_discord_there_is_no_discord_and_nothing_is_read_in_passing(
    tmp_path: Path,
) -> None:
    settings = load({}, tmp_path / ".env")
    assert settings.discord_token is None
    assert not settings.discord_message_content
    assert settings.discord_dev_server is None
    assert settings.discord_api_base == "https://discord.com/api/v10"
    assert settings.discord_gateway is None


@pytest.mark.parametrize(
    "text", ["abc.def-g.hi_j", ' "abc.def-g.hi_j" ', "Bot abc.def-g.hi_j", "bot  abc.def-g.hi_j"]
)
def test_a_token_is_taken_out_of_what_people_paste_with_it(tmp_path: Path, text: str) -> None:
    settings = load({"DISCORD_TOKEN": text}, tmp_path / ".env")
    assert settings.discord_token == "abc.def-g.hi_j"
    assert "abc.def" not in repr(settings)


def test_settings_of_discord_are_read(tmp_path: Path) -> None:
    settings = load(
        {
            "DISCORD_API_BASE": "http://127.0.0.1:8790/api/v10/",
            "DISCORD_GATEWAY": "ws://127.0.0.1:8790/",
            "DISCORD_MESSAGE_CONTENT": "on",
            "DISCORD_DEV_SERVER": "1234567890123456789",
        },
        tmp_path / ".env",
    )
    assert settings.discord_api_base == "http://127.0.0.1:8790/api/v10"
    assert settings.discord_gateway == "ws://127.0.0.1:8790"
    assert settings.discord_message_content
    assert settings.discord_dev_server == 1234567890123456789


def test_mistakes_about_discord_are_told_without_the_token(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(
            {
                "DISCORD_TOKEN": "two words-of-secret",
                "DISCORD_API_BASE": "ftp://discord.com",
                "DISCORD_GATEWAY": "https://gateway.discord.gg",
                "DISCORD_DEV_SERVER": "my server",
                "DISCORD_MESSAGE_CONTENT": "maybe",
            },
            tmp_path / ".env",
        )
    said = "\n".join(caught.value.problems)
    assert "secret" not in said
    assert "DISCORD_TOKEN=… in the environment: must be one word, just as Discord gave it." in said
    assert "DISCORD_API_BASE=ftp://discord.com in the environment: must be a URL such as" in said
    assert (
        "DISCORD_GATEWAY=https://gateway.discord.gg in the environment: must be a URL such as wss://" in said
    )
    assert "DISCORD_DEV_SERVER=my server in the environment: must be the id of a server" in said
    assert "DISCORD_MESSAGE_CONTENT=maybe in the environment: must be on or off." in said


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://a b",
        "http://u:p@host/api",
        "http://host/api?x=1",
        "http://host/{a}",
        "http://host:0/",
        "x",
    ],
)
def test_what_is_no_plain_url_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="DISCORD_API_BASE"):
        load({"DISCORD_API_BASE": url}, tmp_path / ".env")


def test_a_file_that_is_no_text_is_a_clear_mistake(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(SettingsError, match="cannot be read"):
        load({}, tmp_path / ".env")


def test_every_key_is_explained_in_the_example() -> None:
    example = EXAMPLE.read_text()
    for key in keys():
        assert re.search(rf"^(?:# )?{key}=\S", example, re.MULTILINE), key


def test_the_example_as_it_is_changes_nothing() -> None:
    assert load({}, EXAMPLE) == Settings()


def test_everything_in_the_example_may_be_used_at_once(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(re.sub(r"^# ([A-Z_]+=)", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE))
    settings = load({}, dotenv)
    assert [endpoint.name for endpoint in settings.endpoints] == ["default", "groq", "big_box"]
    assert settings.fallback == ("groq", "big_box")
    assert settings.embeddings
    assert not settings.warnings


def test_a_line_that_is_no_setting_is_named_by_its_number(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text('# fine\nROSTRUM_LIBRARY=off\njunk here\nROSTRUM_DATA="open\n')
    with pytest.raises(SettingsError) as caught:
        load({}, dotenv)
    assert caught.value.problems[0] == f"{dotenv}, line 3: is not KEY=value."
    assert any("line 4" in problem for problem in caught.value.problems)


def test_the_limits_of_a_day_and_a_minute_are_numbers_or_off(tmp_path: Path) -> None:
    settings = load({"ROSTRUM_MEMBER_TOKENS": "off", "ROSTRUM_TOTAL_TOKENS": "3,000,000"}, tmp_path / ".env")
    assert settings.member_tokens is None
    assert settings.total_tokens == 3_000_000
    assert (settings.community_tokens, settings.member_asks, settings.channel_asks) == (500_000, 5, 20)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "1,00", "1e3", "٣", "9" * 30])
def test_a_limit_that_is_no_number_from_one_up_is_a_mistake(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({"ROSTRUM_MEMBER_ASKS": text, "ROSTRUM_MEMBER_TOKENS": text}, tmp_path / ".env")
    assert [problem.partition(" in ")[2] for problem in caught.value.problems] == [
        "the environment: must be a number of tokens a day from 1 up, or off for no limit.",
        "the environment: must be a number of questions a minute from 1 up, or off for no limit.",
    ]


def test_every_setting_has_a_key_of_its_own() -> None:
    assert len(keys()) == len(set(keys()))
    assert declared()["log_level"].key == "ROSTRUM_LOG_LEVEL"


def test_an_unknown_key_like_no_other_is_told_what_there_is(tmp_path: Path) -> None:
    (warning,) = load({"LLM_XYZ": "1"}, tmp_path / ".env").warnings
    assert warning.startswith("I do not know the setting LLM_XYZ. I know LLM_")
    assert "ROSTRUM_" not in warning


def test_a_key_of_later_versions_that_is_left_empty_is_nothing_to_speak_of(tmp_path: Path) -> None:
    assert load({"DISCORD_TOKEN": ""}, tmp_path / ".env").warnings == ()
